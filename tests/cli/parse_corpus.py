#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`sluicectl parse --json` over every line of the manifest of the outside corpus.

usage: parse_corpus.py SLUICECTL SOURCE_ROOT

Each line is either checked or left out for a reason that is printed. Well-formed messages are read
a second time, here and by other means, and all fields must agree; every typed reader must take every
value in them but the misprints that are listed; what RFC 4475 and RFC 5118 are to the parser is in
tests/golden/torture.tsv. Exit code 77 without a corpus.
"""
import collections
import json
import os
import subprocess
import sys
import tempfile

BATCH = 100
COMPACT = {'a': 'accept-contact', 'b': 'referred-by', 'c': 'content-type', 'd': 'request-disposition',
           'e': 'content-encoding', 'f': 'from', 'i': 'call-id', 'j': 'reject-contact',
           'k': 'supported', 'l': 'content-length', 'm': 'contact', 'n': 'identity-info',
           'o': 'event', 'r': 'refer-to', 's': 'subject', 't': 'to', 'u': 'allow-events', 'v': 'via',
           'x': 'session-expires', 'y': 'identity'}
HEAD = (b'OPTIONS sip:b@example.net SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKw\r\nTo: <sip:b@h>\r\n'
        b'From: <sip:a@h>;tag=1\r\nCall-ID: w@h\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\n')

# What the manifest is about is somewhere else than in one message.
ELSEWHERE = {
    'pcap': 'captures: tests/e2e/replay_corpus.sh',
    'ids-rules': 'rules: not messages',
    'regex-set': 'fingerprints: not messages',
    'ua-list': 'names of scanners: tests of control/scanners',
    'sipp-scenario': 'scenarios: need a peer',
    'fuzz-dictionary': 'words, not messages',
    'text-log': 'a log of text',
    'key': 'keys and certificates',
}

# Rejected though valid-semantic: the layers that must refuse them need what they lack.
REFUSED = {'rfc4475/insuf.dat', 'rfc4475/multi01.dat'}

# Values in well-formed messages that are not what their field's own grammar says: misprints, and
# places where an RFC left something to be filled in. (file, field) -> why.
MISPRINTS = {
    ('raw/ims-volte/11-sip_flow_call_invite.sip', 'Accept-Contact'): '"explicit:require" for ";"',
    ('rfc3261/23.3-Securing-MIME-bodies/01-INVITE.sip', 'Content-Disposition'): '";" left out',
    ('rfc3515/4.1-Prototypical-REFER-callflow/01-REFER.sip', 'Refer-To'): 'words for a URI',
    ('rfc3515/4.1-Prototypical-REFER-callflow/03-NOTIFY.sip', 'Subscription-State'): 'words for a number',
    ('rfc3515/4.2-Multiple-REFERs-in-a-dialog/01-REFER.sip', 'Refer-To'): 'words for a URI',
    ('rfc3515/4.2-Multiple-REFERs-in-a-dialog/03-NOTIFY.sip', 'Subscription-State'): 'words for a number',
    ('rfc3665/2.1-Successful-New-Registration/03-REGISTER.sip', 'Authorization'): '"," left out',
    ('rfc4475/mpart01.dat', 'Identity'): 'Identity of RFC 4474',
    ('rfc5359/2.4-Transfer-Unattended/05-REFER.sip', 'Referred-By'): 'no scheme',
    ('rfc5359/2.4-Transfer-Unattended/11-INVITE.sip', 'Referred-By'): 'no scheme',
    ('rfc7118/8.2-INVITE-Dialog-through-a-Proxy/06-ACK.sip', 'Route'): 'ends in a comma',
}

failures = []
odd = []
tally = collections.OrderedDict()


def fail(where, what):
    failures.append(f'{where}: {what}')


def note(where, what):
    """Something in one message that may be a misprint of its own; many are a fault of the parser."""
    odd.append(f'{where}: {what}')


def count(kind, expected, what):
    tally.setdefault((kind, expected), collections.Counter())[what] += 1


def parse(sluicectl, paths):
    """One object a file, None where the command gave none."""
    out = []
    for i in range(0, len(paths), BATCH):
        part = paths[i:i + BATCH]
        run = subprocess.run([sluicectl, 'parse', '--json'] + part, capture_output=True, timeout=120)
        lines = [json.loads(line) for line in run.stdout.decode('utf-8').splitlines()]
        if run.returncode not in (0, 1) or [o['file'] for o in lines] != part:
            fail(part[0], f'exit code {run.returncode}, {len(lines)} lines for {len(part)} files')
            lines = [None] * len(part)
        out += lines
    return out


def text(raw):
    return raw.decode('utf-8', 'replace')


def unfolded(raw):
    """The header section as (name, value) and the body, by splitting lines."""
    eol = b'\r\n' if b'\r\n' in raw else b'\n'
    raw = raw.lstrip(b'\r\n')
    section, _, body = raw.partition(eol + eol)
    lines = []
    for line in section.split(eol):
        if line[:1] in (b' ', b'\t') and lines:
            lines[-1] = lines[-1].rstrip(b' \t') + b' ' + line.lstrip(b' \t')
        else:
            lines.append(line)
    fields = []
    for line in lines[1:]:
        name, colon, value = line.partition(b':')
        if colon:
            fields.append((text(name.rstrip(b' \t')), text(value.strip(b' \t\r\n'))))
    return text(lines[0]), fields, body


def elements(value):
    """A list split at commas that stand in no quoted string and no brackets."""
    quoted = escaped = False
    depth = 0
    out = ['']
    for c in value:
        if escaped:
            escaped = False
        elif c == '\\' and quoted:
            escaped = True
        elif c == '"':
            quoted = not quoted
        elif not quoted and c in '<>':
            depth += 1 if c == '<' else -1
        elif not quoted and depth == 0 and c == ',':
            out.append('')
            continue
        out[-1] += c
    return out


def tag_of(value):
    """The tag parameter behind the brackets, or behind a bare URI."""
    rest = value[value.rfind('>') + 1:] if '>' in value and ';' in value[value.rfind('>'):] else value
    for param in rest.split(';')[1:]:
        name, _, v = param.partition('=')
        if name.strip().lower() == 'tag':
            return v.strip().rstrip('>')
    return None


def second_reading(path, raw, o):
    """All that a plain reading of a well-formed message gives must be what the parser says."""
    start, fields, body = unfolded(raw)
    names = [COMPACT.get(n.lower(), n.lower()) for n, _ in fields]
    first = {}
    for name, (_, value) in zip(names, fields):
        first.setdefault(name, value)
    if start.startswith('SIP/'):
        want = {'kind': 'response', 'status': int(start.split(' ')[1]), 'method': None}
    else:
        method, uri, _ = start.split(' ')
        want = {'kind': 'request', 'method': method, 'request_uri': uri, 'status': None}
    number, method = first['cseq'].split()
    want['cseq'] = int(number)
    want['cseq_method'] = method
    want['call_id'] = first['call-id']
    want['from_tag'] = tag_of(first['from'])
    want['to_tag'] = tag_of(first['to'])
    want['via_count'] = sum(len(elements(v)) for n, (_, v) in zip(names, fields) if n == 'via')
    length = int(first['content-length']) if 'content-length' in first else None
    want['content_length'] = length
    want['body_length'] = len(body) if length is None else min(length, len(body))
    for key, value in want.items():
        if o[key] != value:
            note(path, f'{key} is {o[key]!r}, read otherwise {value!r}')
    if [h['name'] for h in o['headers']] != [n for n, _ in fields]:
        note(path, 'other header fields than read otherwise')
    for h, (_, value) in zip(o['headers'], fields):
        if ' '.join(h['value'].split()) != ' '.join(value.split()):
            note(path, f'{h["name"]} is {h["value"]!r}, read otherwise {value!r}')
        at = raw[h['offset']:h['offset'] + len(h['name'])]
        if at.decode('utf-8', 'replace') != h['name']:
            note(path, f'{h["name"]} is not at offset {h["offset"]}')
    description(path, raw, o)


def description(path, raw, o):
    """A session description that is all of the body: usable, and as many media as m= lines."""
    if o['body'] is None or o['body']['parts'][0]['kind'] != 'sdp':
        return
    part = o['body']['parts'][0]
    body = raw[part['offset']:part['offset'] + part['length']]
    lines = body.replace(b'\r\n', b'\n').split(b'\n')
    sdp = o['sdp']
    if not sdp['usable']:
        note(path, f'session description is not usable: {sdp["anomalies"]}')
        return
    media = [text(line[2:]).split() for line in lines if line.startswith(b'm=')]
    got = [[m['type'], str(m['port']), m['proto']] + [f['format'] for f in m['formats']]
           for m in sdp['media']]
    if got != media:
        note(path, f'media are {got}, read otherwise {media}')
    origin = next(text(line[2:]).split() for line in lines if line.startswith(b'o='))
    if [sdp['user'], sdp['session_id'], sdp['session_version'], sdp['origin_address']] != \
            origin[:3] + origin[5:]:
        note(path, 'o= is read otherwise')


def typed(path, o, seen):
    """Every typed reader takes its value, but for the misprints."""
    for h in o['headers']:
        if h.get('fault') is None:
            continue
        if (path, h['field']) in MISPRINTS:
            seen.add((path, h['field']))
        else:
            note(path, f'{h["name"]}: {h["fault"]} in {h["value"]!r}')


def allowed(path, expected, verdict):
    if expected == 'invalid':
        return verdict == 'reject'
    if expected == 'valid-semantic' and path in REFUSED:
        return True
    if expected in ('valid', 'tolerate', 'valid-semantic'):
        return verdict != 'reject'
    return True  # no-crash, and the verdicts of other suites


def messages(sluicectl, corpus, rows):
    rows = [r for r in rows if r[3] in ('sip-message', 'fuzz-seed')]
    seen = set()
    read = 0
    for row, o in zip(rows, parse(sluicectl, [os.path.join(corpus, r[0]) for r in rows])):
        path, expected, _, kind = row[:4]
        if o is None:
            continue
        count(kind, expected, o['verdict'])
        if not allowed(path, expected, o['verdict']):
            fail(path, f'the manifest says {expected}, got {o["verdict"]} ({o["reason"]})')
        if (o['error'] is not None) != any(f['severity'] == 'fault' for f in o['findings']) or \
                [f['name'] for f in o['findings']] != o['anomalies']:
            fail(path, 'error, findings and anomalies do not agree')
        if expected in ('valid', 'tolerate', 'valid-semantic') and o['verdict'] != 'reject':
            with open(os.path.join(corpus, path), 'rb') as f:
                try:
                    second_reading(path, f.read(), o)
                except (ValueError, KeyError, StopIteration) as e:
                    note(path, f'cannot be read otherwise: {e!r}')
            typed(path, o, seen)
            read += 1
    for line in odd:
        print('ODD', line)
    # A corpus that grows brings misprints that the list above does not know; not one in a hundred.
    if len({line.split(': ')[0] for line in odd}) * 100 > read:
        fail('messages', f'{len(odd)} oddities in {read} well-formed messages')
    here = {r[0] for r in rows}
    for path, field in MISPRINTS:
        if path in here and (path, field) not in seen:
            fail(path, f'{field} is listed as a misprint, but it was read')


def wrapped(sluicectl, lines):
    """Each line as a header field of a message of its own."""
    with tempfile.TemporaryDirectory() as tmp:
        paths = []
        for i, line in enumerate(lines):
            paths.append(os.path.join(tmp, str(i)))
            with open(paths[-1], 'wb') as f:
                f.write(HEAD + line + b'\r\nContent-Length: 0\r\n\r\n')
        return [o for o in parse(sluicectl, paths) if o]


def read_lines(path):
    with open(path, 'rb') as f:
        return [line for line in f.read().replace(b'\r\n', b'\n').split(b'\n')
                if line and not line.startswith(b'#')]


FIELD_OF = {'auths': b'Authorization', 'callids': b'In-Reply-To', 'contacts': b'Contact',
            'contenttypes': b'Content-Type', 'recordroutes': b'Record-Route', 'routes': b'Route',
            'tos': b'Reply-To', 'vias': b'Via', 'wwwas': b'WWW-Authenticate'}


def field_lists(sluicectl, corpus, rows):
    """Lists of values: each is read without trouble; of most the manifest knows no verdict."""
    for path, expected, _, kind in (r[:4] for r in rows if r[3] == 'field-list'):
        lines = read_lines(os.path.join(corpus, path))
        if path.endswith('fields.tsv'):
            lines = [line.split(b'\t')[2] for line in lines if line.startswith(b'sip-header')]
        else:
            name = FIELD_OF.get(os.path.basename(path).split('.')[0], b'X-Unknown')
            lines = [name + b': ' + line for line in lines]
        for o in wrapped(sluicectl, lines):
            count(kind, expected, o['verdict'])


def sdp_lists(sluicectl, corpus, rows):
    for path, expected, _, kind in (r[:4] for r in rows if r[3] == 'sdp-list'):
        bodies = [b.replace(b'\n', b'\r\n')
                  for b in b'\n'.join(read_lines(os.path.join(corpus, path))).split(b'|')]
        with tempfile.TemporaryDirectory() as tmp:
            paths = []
            for i, body in enumerate(b.lstrip(b'\r\n') for b in bodies if b.strip()):
                paths.append(os.path.join(tmp, str(i)))
                with open(paths[-1], 'wb') as f:
                    f.write(HEAD + b'Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n'
                            % len(body) + body)
            for o in parse(sluicectl, paths):
                if o is None or o['sdp'] is None:
                    fail(path, 'a session description was not found')
                else:
                    count(kind, expected, 'usable' if o['sdp']['usable'] else 'not usable')


def one_field(path, o, name, want):
    """The last but one header field is the one under test: read whole, with these members."""
    h = o['headers'][-2]
    if o['verdict'] == 'reject' or h['field'] != name or h['fault'] is not None:
        fail(path, f'{name}: {o["verdict"]}, {h.get("fault")} in {h["value"]!r}')
        return
    for key, value in want.items():
        if h['values'][0].get(key) != value:
            fail(path, f'{name}: {key} is {h["values"][0].get(key)!r}, want {value!r}')


def vectors(sluicectl, corpus, rows):
    """Digest and STIR: that they are read; whether they verify is for tests of control."""
    for path, expected, _, kind in (r[:4] for r in rows if r[3] in ('digest-vector', 'stir-vector')):
        full = os.path.join(corpus, path)
        base = os.path.basename(path)
        if expected == 'valid':
            lines = read_lines(full)
            for line, o in zip(lines, wrapped(sluicectl, lines)):
                count(kind, expected, o['verdict'])
                one_field(path, o, text(line.partition(b':')[0]), {})
        elif base == 'digest.tsv':
            digests(sluicectl, path, read_lines(full), kind, expected)
        elif base == 'passports.tsv':
            passports(sluicectl, path, read_lines(full), kind, expected)
        else:
            count(kind, expected, 'left out: ' + ('hashes and claims alone' if expected == 'see-file'
                                                  else ELSEWHERE['key']))


def digests(sluicectl, path, lines, kind, expected):
    for line in lines:
        (_, algorithm, user, realm, _, _, uri, nonce, nc, cnonce, qop, response) = \
            line.split(b'\t')[:12]
        field = b'Authorization: Digest username="%s", realm="%s", nonce="%s", uri="%s", ' \
                b'response="%s", algorithm=%s' % (user, realm, nonce, uri, response, algorithm)
        if qop != b'-':
            field += b', qop=%s, nc=%s, cnonce="%s"' % (qop, nc, cnonce)
        for o in wrapped(sluicectl, [field]):
            count(kind, expected, o['verdict'])
            one_field(path, o, 'Authorization',
                      {'username': text(user), 'realm': text(realm), 'nonce': text(nonce),
                       'uri': text(uri), 'response': text(response), 'algorithm': text(algorithm)})


def passports(sluicectl, path, lines, kind, expected):
    for line in lines:
        token = line.split(b'\t')[4]
        header, payload, signature = text(token).split('.')
        for o in wrapped(sluicectl, [b'Identity: %s;info=<https://cert.example.org/p.cer>' % token]):
            count(kind, expected, o['verdict'])
            one_field(path, o, 'Identity', {'header': header, 'payload': payload,
                                            'signature': signature, 'compact': not payload})


def same(want, got):
    if want == '-':
        return got is None
    if want.startswith('#'):
        return got is not None and len(str(got).encode()) == int(want[1:])
    return str(got) == ('' if want == '""' else want)


def torture(sluicectl, corpus, table):
    """The checked-in table of RFC 4475 and RFC 5118."""
    with open(table, encoding='utf-8') as f:
        lines = [line.rstrip('\n').split('\t') for line in f if not line.startswith('# ')]
    keys = lines[0]
    rows = [dict(zip(keys, line)) for line in lines[1:]]
    classes = collections.Counter(r['class'] for r in rows if r['section'].startswith('4475 3.'))
    if classes != {'valid': 13, 'invalid': 19, 'other': 17}:
        fail('torture.tsv', f'RFC 4475 has 13 valid, 19 invalid and 17 others, not {dict(classes)}')
    rows = [r for r in rows if os.path.exists(os.path.join(corpus, r['file']))]
    outcome = collections.Counter()
    for r, o in zip(rows, parse(sluicectl, [os.path.join(corpus, r['file']) for r in rows])):
        if o is None:
            continue
        outcome[r['section'][:4] + ' ' + r['class'] + ' ' + o['verdict']] += 1
        if not r['why']:
            fail(r['file'], 'the table does not say why')
        for key in keys:
            if key not in ('file', 'section', 'class', 'why') and not same(r[key], o[key]):
                fail(r['file'], f'{key} is {o[key]!r}, the table says {r[key]!r}')
    for what, n in sorted(outcome.items()):
        print(f'torture  {what:<24} {n:>4}')


def main():
    sluicectl, root = sys.argv[1:]
    corpus = os.environ.get('SLUICE_CORPUS') or os.path.join(root, '..', 'shared', 'corpus')
    manifest = os.path.join(corpus, 'manifest.tsv')
    if not os.path.exists(manifest):
        print(f'SKIPPED: no corpus of others\' messages at {corpus} (set SLUICE_CORPUS)')
        sys.exit(77)
    with open(manifest, encoding='utf-8') as f:
        rows = [line.rstrip('\n').split('\t') for line in f][1:]
    messages(sluicectl, corpus, rows)
    field_lists(sluicectl, corpus, rows)
    sdp_lists(sluicectl, corpus, rows)
    vectors(sluicectl, corpus, rows)
    torture(sluicectl, corpus, os.path.join(root, 'tests', 'golden', 'torture.tsv'))
    checked = {'sip-message', 'fuzz-seed', 'field-list', 'sdp-list', 'digest-vector', 'stir-vector'}
    for row in rows:
        if row[3] in checked:
            continue
        count(row[3], row[1], 'left out: ' + ELSEWHERE.get(row[3], 'of a kind that is not known here'))
    for (kind, expected), outcomes in tally.items():
        for what, n in sorted(outcomes.items()):
            print(f'{kind:<16} {expected:<16} {n:>5}  {what}')
    for line in failures[:50]:
        print('FAILED', line)
    print(f'{len(rows)} lines of the manifest, {len(failures)} failures')
    sys.exit(1 if failures or not tally else 0)


main()

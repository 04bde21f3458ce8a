// SPDX-License-Identifier: Apache-2.0
#include "bench/parser/messages.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>

namespace
{

// std::mt19937_64 is the same everywhere; the distributions of <random> are not, so none is used.
class Writer
{
      public:
        explicit Writer(uint64_t seed) : rng_(seed)
        {
        }

        std::string message();

      private:
        uint64_t below(uint64_t n)
        {
                return rng_() % n;
        }
        bool chance(unsigned percent)
        {
                return below(100) < percent;
        }
        std::string hex(size_t n);
        std::string number(uint64_t from, uint64_t to);
        std::string host();
        std::string user();
        std::string uri();
        std::string party(bool tag);
        void header(const char *name, const char *compact, const std::string &value);
        void vias(unsigned cnt);
        void common(const std::string &method, bool response);
        void extras(const std::string &method, bool response);
        void body(const std::string &method, bool response);

        std::mt19937_64 rng_;
        std::string out_;
        unsigned style_ = 0; // per message: 0 usual, 1 compact names, 2 "Name : v", 3 "Name:v"
};

template <size_t N> const char *pick(const char *const (&list)[N], uint64_t r)
{
        return list[r % N];
}

std::string Writer::hex(size_t n)
{
        std::string s;

        while (n-- > 0)
                s += "0123456789abcdef"[below(16)];
        return s;
}

std::string Writer::number(uint64_t from, uint64_t to)
{
        return std::to_string(from + below(to - from + 1));
}

std::string Writer::host()
{
        static const char *const names[] = {"example.com", "sip.example.net",
                                            "pbx.corp.example.org", "edge-03.voip.example",
                                            "proxy.ims.mnc001.example"};

        if (chance(10))
                return "[2001:db8:" + hex(4) + "::" + hex(3) + "]";
        if (chance(50))
                return number(1, 223) + "." + number(0, 255) + "." + number(0, 255) + "." +
                       number(1, 254);
        return (chance(30) ? "h" + hex(4) + "." : std::string()) + pick(names, below(5));
}

std::string Writer::user()
{
        static const char *const names[] = {"alice", "bob", "carol.smith", "support", "reception"};

        if (chance(60))
                return (chance(50) ? "+" : "") + number(1000, 99999999999);
        return std::string(pick(names, below(5))) + (chance(40) ? number(1, 999) : "");
}

std::string Writer::uri()
{
        std::string s = chance(5) ? "sips:" : "sip:";

        s += user() + "@" + host();
        if (chance(35))
                s += ":" + number(1024, 65535);
        if (chance(30))
                s += chance(50) ? ";user=phone" : ";transport=udp";
        return s;
}

std::string Writer::party(bool tag)
{
        static const char *const first[] = {"Alice", "Bob", "Carol", "Dave", "Erin"};
        std::string s;

        if (chance(40))
                s += "\"" + std::string(pick(first, below(5))) +
                     (chance(10) ? " \\\"Ext\\\" " : " ") + number(100, 999) + "\" ";
        else if (chance(30))
                s += std::string(pick(first, below(5))) + " ";
        s += "<" + uri() + ">";
        if (tag)
                s += ";tag=" + hex(8 + below(12));
        return s;
}

void Writer::header(const char *name, const char *compact, const std::string &value)
{
        out_ += (style_ == 1 || chance(4)) && compact ? compact : name;
        out_ += style_ == 2 ? " : " : style_ == 3 ? ":" : ": ";
        out_ += value;
        out_ += "\r\n";
}

void Writer::vias(unsigned cnt)
{
        static const char *const transports[] = {"UDP", "UDP", "UDP", "TCP", "TLS"};

        for (unsigned i = 0; i < cnt; i++) {
                std::string v = std::string("SIP/2.0/") + pick(transports, below(5)) + " " + host();

                if (chance(60))
                        v += ":" + number(5060, 5090);
                if (chance(40))
                        v += ";rport" + (chance(50) ? "=" + number(1024, 65535) : "");
                v += ";branch=z9hG4bK" + hex(12 + below(20));
                if (chance(30))
                        v += ";received=" + number(1, 223) + ".0.2." + number(1, 254);
                header("Via", "v", v);
        }
}

void Writer::common(const std::string &method, bool response)
{
        unsigned proxies = chance(50) ? 0 : static_cast<unsigned>(1 + below(2));

        vias(1 + proxies + (method == "INVITE" && chance(30)));
        if (!response)
                header("Max-Forwards", nullptr, number(1, 70));
        for (unsigned i = 0; i < proxies && (response || chance(50)); i++)
                header("Record-Route", nullptr, "<sip:" + host() + ";lr>");
        header("From", "f", party(true));
        header("To", "t", party(response || chance(40)));
        header("Call-ID", "i",
               hex(16 + below(16)) + (chance(60) ? "@" + number(1, 9) + host() : ""));
        header("CSeq", nullptr, number(1, 999999) + " " + method);
        if (method == "INVITE" || method == "REGISTER" || method == "SUBSCRIBE" || chance(30))
                header("Contact", "m",
                       "<" + uri() + ">" +
                           (method == "REGISTER" ? ";expires=" + number(60, 3600) : ""));
}

void Writer::extras(const std::string &method, bool response)
{
        static const char *const agents[] = {"Acme-Phone/3.2.1", "ExamplePBX 18.4",
                                             "softphone 1.0"};
        static const char allow[] =
            "INVITE, ACK, BYE, CANCEL, OPTIONS, MESSAGE, SUBSCRIBE, NOTIFY, "
            "PRACK, UPDATE, REFER, INFO";

        if (chance(80))
                header(response ? "Server" : "User-Agent", nullptr, pick(agents, below(3)));
        if (chance(50))
                header("Allow", nullptr, allow);
        if (chance(50))
                header("Supported", "k", "replaces, timer, 100rel, path, outbound");
        if (chance(15))
                header("Date", nullptr, "Sat, 13 Nov 2010 23:" + number(10, 59) + ":00 GMT");
        if (chance(1))
                header("Subject", "s", "a line that was\r\n folded " + hex(4));
        if (method == "REGISTER" || chance(10))
                header("Expires", nullptr, number(60, 7200));
        if (!response && (method == "REGISTER" || method == "INVITE") && chance(50))
                header("Authorization", nullptr,
                       "Digest username=\"" + user() + "\", realm=\"example.com\", nonce=\"" +
                           hex(32) + "\", uri=\"" + uri() + "\", response=\"" + hex(32) +
                           "\", algorithm=MD5");
        if (method == "SUBSCRIBE" || method == "NOTIFY" || method == "PUBLISH")
                header("Event", "o", "presence");
        if (method == "NOTIFY")
                header("Subscription-State", nullptr, "active;expires=" + number(60, 3600));
        if (method == "REFER")
                header("Refer-To", "r", "<" + uri() + ">");
        if (method == "PRACK")
                header("RAck", nullptr, number(1, 99) + " " + number(1, 99) + " INVITE");
        if (chance(20))
                header("P-Asserted-Identity", nullptr, "<" + uri() + ">");
        if (method == "INVITE" && chance(40))
                header("Session-Expires", "x", "1800;refresher=uac");
}

void Writer::body(const std::string &method, bool response)
{
        std::string b;
        const char *type = "application/sdp";

        if ((method == "INVITE" && chance(response ? 40 : 90)) ||
            (method == "UPDATE" && chance(50))) {
                b = "v=0\r\no=- " + number(1, 99999999) +
                    " 1 IN IP4 192.0.2.1\r\ns=-\r\n"
                    "c=IN IP4 192.0.2." +
                    number(1, 254) + "\r\nt=0 0\r\nm=audio " + number(10000, 60000) +
                    " RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\n"
                    "a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n";
        } else if (!response && method == "MESSAGE") {
                type = "text/plain";
                b = "Message " + hex(20 + below(60));
        }
        if (!b.empty())
                header("Content-Type", "c", type);
        header("Content-Length", "l", std::to_string(b.size()));
        out_ += "\r\n" + b;
}

std::string Writer::message()
{
        // Shares in percent, summing up to 100.
        static const struct {
                const char *method;
                unsigned share;
        } kinds[] = {{"INVITE", 30}, {"REGISTER", 20}, {"ACK", 7},       {"BYE", 9},
                     {"CANCEL", 3},  {"OPTIONS", 10},  {"SUBSCRIBE", 4}, {"NOTIFY", 4},
                     {"PUBLISH", 2}, {"REFER", 2},     {"MESSAGE", 3},   {"UPDATE", 2},
                     {"PRACK", 2},   {"INFO", 2}};
        static const char *const lines[] = {
            "100 Trying", "180 Ringing",      "183 Session Progress", "200 OK",       "200 OK",
            "200 OK",     "401 Unauthorized", "404 Not Found",        "486 Busy Here"};
        uint64_t r = below(100);
        size_t k = 0;
        unsigned style = static_cast<unsigned>(below(100));

        while (r >= kinds[k].share)
                r -= kinds[k++].share;
        std::string method = kinds[k].method;
        bool response = method != "ACK" && chance(40);

        style_ = style < 12 ? 1 : style < 15 ? 2 : style < 18 ? 3 : 0;
        out_ = response ? std::string("SIP/2.0 ") + pick(lines, below(9)) + "\r\n"
                        : method + " " + uri() + " SIP/2.0\r\n";
        common(method, response);
        extras(method, response);
        body(method, response);
        return out_;
}

std::vector<std::string> read_file(const char *path)
{
        std::vector<std::string> all;
        uint8_t head[8];
        FILE *f = std::fopen(path, "rb");

        if (!f) {
                std::perror(path);
                std::exit(1);
        }
        while (std::fread(head, 1, sizeof(head), f) == sizeof(head)) {
                uint32_t n =
                    head[0] | head[1] << 8 | head[2] << 16 | static_cast<uint32_t>(head[3]) << 24;
                std::string s(n <= 65535 ? n : 0, '\0');

                if (n > 65535 || std::fread(&s[0], 1, n, f) != n)
                        break;
                all.push_back(s);
        }
        std::fclose(f);
        if (all.empty()) {
                std::fprintf(stderr, "%s: no message in it\n", path);
                std::exit(1);
        }
        return all;
}

void add(Messages &m, const std::string &s)
{
        m.bytes.insert(m.bytes.end(), s.begin(), s.end());
        m.start.push_back(static_cast<uint32_t>(m.bytes.size()));
}

bool any(const std::string &)
{
        return true;
}

} // namespace

Messages make_messages_if(size_t count, bool (*wanted)(const std::string &))
{
        const char *path = std::getenv("SLUICE_BENCH_CORPUS");
        Writer writer(0x51c3e);
        Messages m;

        m.start.push_back(0);
        if (path) {
                std::vector<std::string> all = read_file(path);

                all.erase(std::remove_if(all.begin(), all.end(),
                                         [&](const std::string &s) { return !wanted(s); }),
                          all.end());
                for (size_t i = 0; i < count && !all.empty(); i++)
                        add(m, all[i % all.size()]);
                return m;
        }
        while (m.count() < count) {
                std::string s = writer.message();

                if (wanted(s))
                        add(m, s);
        }
        return m;
}

Messages make_messages(size_t count)
{
        return make_messages_if(count, any);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_layout.c - where every octet of the contract lies, and what every number in it means.
 *
 *   test_layout --print > tests/golden/layout.tsv     after a change of the ABI that is meant
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "control/contract/shm_attach.h"
#include "control/contract/shm_blocklist.h"
#include "control/contract/shm_cnc.h"
#include "control/contract/shm_forward.h"
#include "control/contract/shm_msg.h"
#include "control/contract/shm_region.h"
#include "control/contract/shm_ring.h"
#include "control/contract/shm_send.h"
#include "control/contract/shm_stats.h"

struct row {
        const char *group;
        const char *name;
        uint64_t off; /* or the value */
        uint64_t bytes;
};

static const struct row rows[] = {
#define SHM_FIELD(s, f) {#s, #f, offsetof(struct s, f), sizeof(((struct s *)NULL)->f)},
#include "control/contract/shm_layout.def"
#undef SHM_FIELD

#define SIZE(s) {"sizeof", #s, sizeof(struct s), _Alignof(struct s)},
    SIZE(shm_ip) SIZE(shm_flow) SIZE(shm_request) SIZE(shm_reply) SIZE(shm_hop) SIZE(shm_forward)
        SIZE(shm_binding) SIZE(shm_send) SIZE(shm_table_update) SIZE(shm_event) SIZE(shm_ring_rec)
            SIZE(shm_ring_mem) SIZE(shm_ring_tail) SIZE(shm_cnc) SIZE(shm_part) SIZE(shm_header)
                SIZE(shm_attach_msg) SIZE(shm_counters) SIZE(shm_stats_page)
                    SIZE(shm_blocklist_head) SIZE(shm_blocklist_prefix) SIZE(shm_rule_cost)
                        SIZE(shm_rule_costs){"offsetof", "shm_ring_mem.data",
                                             offsetof(struct shm_ring_mem, data), 0},

#define VALUE(v) {"value", #v, (uint64_t)(v), 0},
    VALUE(SHM_MAGIC) VALUE(SHM_ABI_MAJOR) VALUE(SHM_ABI_MINOR) VALUE(SHM_CACHE_LINE) VALUE(
        SHM_GRANULE) VALUE(SHM_WORKERS_MAX) VALUE(SHM_REASONS_MAX) VALUE(SHM_PARTS_MAX)
        VALUE(SHM_MSG_BYTES_MAX) VALUE(SHM_LIFETIME_MS_MAX) VALUE(SHM_BLOB_BYTES_MAX) VALUE(
            SHM_BLOB_RULES) VALUE(SHM_BLOB_BLOCKLIST) VALUE(SHM_BLOCKLIST_MAGIC)
            VALUE(SHM_BLOCKLIST_PREFIXES_MAX) VALUE(SHM_REGION_BYTES_MAX) VALUE(
                SHM_SIDE_OUTSIDE) VALUE(SHM_SIDE_INSIDE) VALUE(SHM_CLASS_OTHER)
                VALUE(SHM_CLASS_REGISTER) VALUE(SHM_CLASS_INVITE) VALUE(SHM_CLASS_PEER) VALUE(
                    SHM_CLASS_IN_DIALOG) VALUE(SHM_CLASS_EMERGENCY) VALUE(SHM_LANE_UNPROVEN)
                    VALUE(SHM_LANE_PROVEN) VALUE(SHM_LANE_PEER) VALUE(SHM_LANE_PRIORITY) VALUE(
                        SHM_ACTION_NONE) VALUE(SHM_ACTION_PASS) VALUE(SHM_ACTION_DROP)
                        VALUE(SHM_ACTION_REJECT) VALUE(SHM_ACTION_REPLY) VALUE(SHM_ACTION_PROXY) VALUE(
                            SHM_SCOPE_ROUTE) VALUE(SHM_SCOPE_DIALOG) VALUE(SHM_SCOPE_SRC_UA)
                            VALUE(
                                SHM_SCOPE_DOMAIN) VALUE(SHM_SCOPE_ALL)
                                VALUE(SHM_REC_PAD) VALUE(SHM_REC_REQUEST) VALUE(SHM_REC_EVENT) VALUE(
                                    SHM_REC_REPLY) VALUE(SHM_REC_TABLE) VALUE(SHM_REC_BINDING)
                                    VALUE(SHM_REC_RULE_COST) VALUE(SHM_REC_SEND) VALUE(
                                        SHM_TABLE_ADD) VALUE(SHM_TABLE_DEL) VALUE(SHM_TABLE_SYNC_BEGIN)
                                        VALUE(SHM_TABLE_SYNC_END) VALUE(
                                            SHM_TABLE_FLUSH_CACHE) VALUE(SHM_TABLE_NONE)
                                            VALUE(SHM_TABLE_BAN) VALUE(SHM_TABLE_PEER) VALUE(
                                                SHM_REGION_STATS) VALUE(SHM_REGION_TO_CONTROL)
                                                VALUE(SHM_REGION_TO_DATAPLANE) VALUE(SHM_PART_CNC) VALUE(
                                                    SHM_PART_STATS) VALUE(SHM_PART_RING_REQ)
                                                    VALUE(SHM_PART_RING_EVT) VALUE(
                                                        SHM_PART_RING_REP) VALUE(SHM_PART_TAIL_REQ)
                                                        VALUE(SHM_PART_TAIL_EVT) VALUE(
                                                            SHM_PART_TAIL_REP) VALUE(SHM_CNC_BOOT)
                                                            VALUE(SHM_CNC_RUN) VALUE(SHM_CNC_HALT) VALUE(
                                                                SHM_CNC_FAIL) VALUE(SHM_ATTACH_HELLO)
                                                                VALUE(SHM_ATTACH_WELCOME) VALUE(
                                                                    SHM_ATTACH_REFUSE)
                                                                    VALUE(SHM_ATTACH_READY) VALUE(
                                                                        SHM_ATTACH_BLOB)
                                                                        VALUE(SHM_ATTACH_BLOB_ACK)
                                                                            VALUE(
                                                                                SHM_ATTACH_FDS_MAX)
                                                                                VALUE(
                                                                                    SHM_BLOB_RULES)};
#define ROW_CNT (sizeof(rows) / sizeof(rows[0]))

static void row_text(const struct row *r, char *out, size_t room)
{
        snprintf(out, room, "%s\t%s\t%llu\t%llu\n", r->group, r->name, (unsigned long long)r->off,
                 (unsigned long long)r->bytes);
}

static void print_rows(void)
{
        char line[256];

        for (size_t i = 0; i < ROW_CNT; i++) {
                row_text(&rows[i], line, sizeof(line));
                fputs(line, stdout);
        }
}

static void layout_is_the_golden_one(void **state)
{
        FILE *f = fopen(SLUICE_GOLDEN "/layout.tsv", "r");
        char golden[256];
        char line[256];

        (void)state;
        assert_non_null(f);
        for (size_t i = 0; i < ROW_CNT; i++) {
                row_text(&rows[i], line, sizeof(line));
                if (!fgets(golden, sizeof(golden), f))
                        golden[0] = '\0';
                if (strcmp(line, golden) != 0)
                        fail_msg("row %zu\n  golden: %s  now:    %sAn ABI change? Read "
                                 "control/contract/README.md, raise the version, then "
                                 "test_layout --print > tests/golden/layout.tsv",
                                 i + 1, golden, line);
        }
        assert_null(fgets(golden, sizeof(golden), f));
        fclose(f);
}

/* Fields in order, no holes, nothing left over: the list is complete and there is no padding that
 * nobody writes. The counter page alone is rounded up to its cache lines, in memory born zero. */
static void fields_tile_their_structures(void **state)
{
        const char *group = "";
        uint64_t end = 0;

        (void)state;
        for (size_t i = 0; i < ROW_CNT; i++) {
                const struct row *r = &rows[i];

                if (strcmp(r->group, "sizeof") == 0)
                        break;
                if (strcmp(r->group, group) != 0) {
                        group = r->group;
                        end = 0;
                }
                if (r->off != end)
                        fail_msg("%s.%s at %llu, %llu expected", r->group, r->name,
                                 (unsigned long long)r->off, (unsigned long long)end);
                end = r->off + r->bytes;
                if (i + 1 < ROW_CNT && strcmp(rows[i + 1].group, group) == 0)
                        continue;
                for (size_t s = 0; s < ROW_CNT; s++) {
                        uint64_t align = rows[s].bytes;

                        if (strcmp(rows[s].group, "sizeof") || strcmp(rows[s].name, group))
                                continue;
                        if (strcmp(group, "shm_stats_page") == 0)
                                end = (end + align - 1) / align * align;
                        assert_int_equal(rows[s].off, end);
                        end = UINT64_MAX;
                }
                assert_true(end == UINT64_MAX); /* every structure has its SIZE() line */
        }
}

static void hash_is_stable_and_covers_the_list(void **state)
{
        uint64_t h = UINT64_C(0xcbf29ce484222325);

        (void)state;
        for (size_t i = 0; i < ROW_CNT && strcmp(rows[i].group, "sizeof"); i++) {
                char text[128];
                uint64_t nums[2] = {rows[i].off, rows[i].bytes};

                snprintf(text, sizeof(text), "%s.%s", rows[i].group, rows[i].name);
                for (const char *c = text; *c; c++)
                        h = (h ^ (uint8_t)*c) * UINT64_C(0x100000001b3);
                for (unsigned b = 0; b < 8; b++)
                        h = (h ^ (uint8_t)(nums[b / 4] >> (8 * (b % 4)))) * UINT64_C(0x100000001b3);
        }
        assert_true(shm_layout_hash() == h);
        assert_true(shm_layout_hash() == shm_layout_hash());
}

static void magic_reads_as_text(void **state)
{
        uint64_t magic = SHM_MAGIC;

        (void)state;
        assert_memory_equal(&magic, "Sluice01", 8); /* as on every little-endian machine */
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(layout_is_the_golden_one),
            cmocka_unit_test(fields_tile_their_structures),
            cmocka_unit_test(hash_is_stable_and_covers_the_list),
            cmocka_unit_test(magic_reads_as_text),
        };

        if (argc == 2 && strcmp(argv[1], "--print") == 0) {
                print_rows();
                return 0;
        }
        return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "control/contract/shm_base.h"

#include <stddef.h>
#include <string.h>

struct reason_text {
        const char *name;
        const char *stage;
        const char *text;
};

/* A number given twice is a compiler error (-Woverride-init), one above the table as well. */
static const struct reason_text reasons[SHM_REASONS_MAX] = {
#define SHM_REASON(num, ID, name, stage, text) [num] = {(name), (stage), (text)},
#include "control/contract/reasons.def"
#undef SHM_REASON
};

static const char *const class_names[SHM_CLASS_CNT] = {
    [SHM_CLASS_OTHER] = "other",         [SHM_CLASS_REGISTER] = "register",
    [SHM_CLASS_INVITE] = "invite",       [SHM_CLASS_PEER] = "peer",
    [SHM_CLASS_IN_DIALOG] = "in_dialog", [SHM_CLASS_EMERGENCY] = "emergency",
};

static const char *const lane_names[SHM_LANE_CNT] = {
    [SHM_LANE_UNPROVEN] = "unproven",
    [SHM_LANE_PROVEN] = "proven",
    [SHM_LANE_PEER] = "peer",
    [SHM_LANE_PRIORITY] = "priority",
};

static const char *const action_names[SHM_ACTION_CNT] = {
    [SHM_ACTION_NONE] = "none",     [SHM_ACTION_PASS] = "pass",   [SHM_ACTION_DROP] = "drop",
    [SHM_ACTION_REJECT] = "reject", [SHM_ACTION_REPLY] = "reply", [SHM_ACTION_PROXY] = "proxy",
};

const char *shm_class_name(unsigned cls)
{
        return cls < SHM_CLASS_CNT ? class_names[cls] : "unknown";
}

const char *shm_lane_name(unsigned lane)
{
        return lane < SHM_LANE_CNT ? lane_names[lane] : "unknown";
}

const char *shm_action_name(unsigned action)
{
        return action < SHM_ACTION_CNT ? action_names[action] : "unknown";
}

static const struct reason_text *find(unsigned reason)
{
        if (reason >= SHM_REASONS_MAX || !reasons[reason].name)
                return NULL;
        return &reasons[reason];
}

bool shm_reason_known(unsigned reason)
{
        return find(reason) != NULL;
}

const char *shm_reason_name(unsigned reason)
{
        const struct reason_text *r = find(reason);

        return r ? r->name : "unknown";
}

const char *shm_reason_stage(unsigned reason)
{
        const struct reason_text *r = find(reason);

        return r ? r->stage : "unknown";
}

const char *shm_reason_text(unsigned reason)
{
        const struct reason_text *r = find(reason);

        return r ? r->text : "";
}

int shm_reason_by_name(const char *name)
{
        for (unsigned i = 0; i < SHM_REASONS_MAX; i++) {
                if (reasons[i].name && strcmp(reasons[i].name, name) == 0)
                        return (int)i;
        }
        return -1;
}

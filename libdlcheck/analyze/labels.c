#include "libdlcheck/analyze/labels.h"

_Static_assert(DLC_LABEL_COUNT - DLC_LABEL_GUARDED == 4,
               "the ranks have a bit for each label that is only counted");

uint32_t dlc_labels_rank(uint32_t labels)
{
    uint32_t threads = labels & DLC_LABEL_BIT(DLC_LABEL_SAME_THREAD) ? 3
                       : labels & DLC_LABEL_BIT(DLC_LABEL_ORDERED)   ? 2
                       : labels & DLC_LABEL_BIT(DLC_LABEL_UNKNOWN)   ? 1
                                                                     : 0;
    uint32_t timed = labels & DLC_LABEL_BIT(DLC_LABEL_TIMED) ? 16 : 0;

    return (labels & DLC_LABELS_COUNTED_ONLY) >> DLC_LABEL_GUARDED << 8 | timed | threads;
}

bool dlc_modes_exclude(enum dlc_mode wait_mode, enum dlc_mode hold_mode)
{
    return wait_mode == DLC_MODE_EXCLUSIVE || hold_mode == DLC_MODE_EXCLUSIVE;
}

bool dlc_finding_reported(const struct dlc_finding *finding)
{
    return (finding->labels & DLC_LABELS_COUNTED_ONLY) == 0;
}

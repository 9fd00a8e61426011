/*
 * The recording: one memory-mapped file per process, and the only state that dlcheck keeps about it.
 * This header is the whole format. The runtime writes it in place (record/writer.h), everybody else reads
 * it through the validating reader (record/reader.h).
 *
 * The file is a sequence of chunks of DLC_CHUNK_BYTES. Chunk 0 holds struct dlc_header; every other chunk
 * starts with a struct dlc_chunk and holds records of one kind. A record that is larger than a chunk spans
 * several consecutive chunks, of which only the first has a struct dlc_chunk (`chunk_count` tells).
 *
 * A reference (dlc_ref) is a file offset divided by DLC_REF_BYTES; 0 means "none". Every record starts on
 * such a boundary and starts with `size_bytes`, which is written last: 0 means "not there (yet)", and the
 * rest of such a record means nothing.
 *
 * Bump DLC_FORMAT_VERSION with every change of a layout or of a meaning in this file.
 */
#ifndef DLC_RECORD_FORMAT_H
#define DLC_RECORD_FORMAT_H

#include <stdint.h>

#define DLC_FORMAT_MAGIC      "DLCHECK"
#define DLC_FORMAT_VERSION    1u
#define DLC_FORMAT_BYTE_ORDER 0x01020304u
#define DLC_CHUNK_BYTES       65536u
#define DLC_REF_BYTES         16u

typedef uint32_t dlc_ref;

enum dlc_record_kind {
    DLC_KIND_NONE = 0,
    DLC_KIND_HEADER,
    DLC_KIND_THREAD,
    DLC_KIND_LOCK,
    DLC_KIND_STACK,
    DLC_KIND_NODE,
    DLC_KIND_TRAIL,
    DLC_KIND_HELD,
    DLC_KIND_MODULE,
    DLC_KIND_TEXT,
    DLC_KIND_EVENT,
    DLC_KIND_COUNT
};

/* What was not seen, or seen and not kept. Each is reported as `not_seen` where it is not 0. */
enum dlc_counter {
    DLC_COUNT_CONTEXTS_DROPPED = 0, /* acquisition contexts not kept: the recording could not grow */
    DLC_COUNT_STACKS_DROPPED,       /* stacks not kept, for the same reason */
    DLC_COUNT_RECORDS_DROPPED,      /* threads, locks, modules and texts not kept, for the same reason */
    DLC_COUNT_STACKS_SHORT,   /* stacks cut short: near a stack's end, on an alternate stack, or before start-up */
    DLC_COUNT_EVENTS_INSIDE,  /* lock events inside dlcheck's own bookkeeping (a signal handler): not tracked */
    DLC_COUNT_TRAILS_DROPPED, /* (thread, segment) pairs of a context beyond those kept: labels become `unknown` */
    DLC_COUNT_CONTEXTS_RECYCLED, /* contexts forgotten with a lock that only one thread ever took */
    DLC_COUNT_GROWTH_FAILED,     /* times the file could not grow (full disk, RLIMIT_FSIZE, max_recording) */
    DLC_COUNTER_COUNT
};

enum dlc_process_state {
    DLC_PROCESS_RUNNING = 0, /* or killed: the file then stays in this state */
    DLC_PROCESS_EXITED,      /* exit, _exit or return from main was seen */
    DLC_PROCESS_STOPPED      /* dlcheck ended it (on_deadlock=exit or abort) */
};

/* Chunk 0. */
struct dlc_header {
    char magic[8]; /* DLC_FORMAT_MAGIC, with its NUL */
    uint32_t version;
    uint32_t byte_order;
    uint32_t header_bytes; /* sizeof(struct dlc_header) */
    uint32_t chunk_bytes;
    uint32_t chunk_count; /* chunks in use, this one included; grows, never shrinks */
    uint32_t pointer_bytes;
    uint32_t pid;
    uint32_t parent_pid;
    uint32_t state; /* enum dlc_process_state */
    int32_t exit_status;
    uint64_t start_realtime_ns;
    uint64_t start_monotonic_ns;
    dlc_ref program;         /* TEXT: absolute path of the executable */
    dlc_ref command;         /* TEXT: arguments, each ended by a NUL */
    dlc_ref folder;          /* TEXT: working directory at start */
    uint32_t internal_error; /* 1: dlcheck switched itself off; the recording ends early */
    uint64_t counters[DLC_COUNTER_COUNT];
};

/* Start of every chunk but the first (and but the followers of a long record). */
struct dlc_chunk {
    uint32_t magic;       /* DLC_CHUNK_MAGIC */
    uint32_t kind;        /* enum dlc_record_kind; one kind per chunk */
    uint32_t used_bytes;  /* handed out so far, this struct included; a record in there may still be unfinished.
                             May exceed the chunk where several threads ran over its end at once: clamp it. */
    uint32_t chunk_count; /* 1, or the number of chunks that one long record takes */
    uint64_t reserved[2];
};
#define DLC_CHUNK_MAGIC 0x4b484344u

/* Every record starts with this. Records lie back to back: the next one is size_bytes (rounded up to
   DLC_REF_BYTES) further on. Fixed-size kinds always have their struct's size, so an unfinished one (size 0) can
   be stepped over; in a variable-size chunk `room_bytes`, written first, tells how far to step. */
struct dlc_record {
    uint32_t size_bytes; /* written last, with release order; 0: not there */
    uint32_t
        room_bytes; /* space taken in the chunk, a multiple of DLC_REF_BYTES; 0: nothing further in this chunk */
};

enum dlc_mode { DLC_MODE_EXCLUSIVE = 0, DLC_MODE_READ = 1 };

/* How a lock was got. Decides whether the acquisition could wait, and so whether it is an edge. */
enum dlc_how {
    DLC_HOW_LOCK = 0,
    DLC_HOW_TRIED,     /* a successful trylock: held, but it did not wait */
    DLC_HOW_TIMED,     /* a lock call with a timeout: waits, but not for ever */
    DLC_HOW_COND,      /* taken again inside pthread_cond_wait */
    DLC_HOW_HELD_ONLY, /* no acquisition: the path was rebuilt after a release out of order */
    DLC_HOW_COUNT
};

enum dlc_thread_state { DLC_THREAD_RUNNING = 0, DLC_THREAD_EXITED, DLC_THREAD_JOINED };

enum dlc_wait_kind {
    DLC_WAIT_NONE = 0,
    DLC_WAIT_MUTEX,
    DLC_WAIT_COND, /* wait_object: the condition variable; wait_object2: its mutex */
    DLC_WAIT_JOIN, /* wait_object: pthread_t of the thread joined; wait_thread: its THREAD record or 0 */
    DLC_WAIT_KIND_COUNT
};

/* A thread. Its held locks and its current wait are kept up to date while it runs, so that a reader sees
   them in a hung process. A wait is valid when wait_sequence is odd and the same before and after reading. */
struct dlc_thread_record {
    struct dlc_record record;
    uint32_t tid;
    uint32_t number;         /* 1 is the first thread seen; shown as T1 */
    uint32_t state;          /* enum dlc_thread_state */
    uint32_t segment;        /* current create/join segment; grows by 1 at each pthread_create and join it does */
    dlc_ref parent;          /* THREAD that created it; 0: unknown */
    uint32_t parent_segment; /* parent's segment before the create: earlier or equal segments of the parent
                                happen before everything in this thread */
    dlc_ref joined_by;       /* THREAD that joined it; 0: nobody */
    uint32_t
        joined_segment;   /* joiner's segment after the join: that one and later ones happen after this thread */
    dlc_ref create_stack; /* STACK of the pthread_create call */
    dlc_ref held;         /* HELD: its held locks, outermost first */
    uint64_t pthread;     /* pthread_t */
    uint64_t start_routine;
    char name[16]; /* as set by pthread_setname_np, or empty */
    uint32_t wait_sequence;
    uint32_t wait_kind;  /* enum dlc_wait_kind */
    uint32_t wait_timed; /* 1: it has a timeout */
    uint32_t wait_how;   /* enum dlc_how */
    uint64_t wait_object;
    uint64_t wait_object2;
    dlc_ref wait_stack;
    dlc_ref wait_thread;
    uint64_t wait_since_ns; /* CLOCK_MONOTONIC */
    uint32_t detached;      /* 1: it cannot be joined */
    uint32_t unused;
    uint64_t reserved[2];
};

enum dlc_lock_kind { DLC_LOCK_MUTEX = 0, DLC_LOCK_KIND_COUNT };

enum dlc_lock_flags {
    DLC_LOCK_SHARED = 1u << 0,  /* a second thread took it */
    DLC_LOCK_DEAD = 1u << 1,    /* this generation has ended (destroy, free, unmap, frame popped, unload) */
    DLC_LOCK_FOREIGN = 1u << 2, /* unlocked at least once by a thread that did not own it */
    DLC_LOCK_RECURSIVE = 1u << 3,
    DLC_LOCK_ERRORCHECK = 1u << 4,
    DLC_LOCK_ADAPTIVE = 1u << 5,
    DLC_LOCK_ROBUST = 1u << 6,
    DLC_LOCK_INHERIT = 1u << 7, /* priority inheritance */
    DLC_LOCK_PROTECT = 1u << 8, /* priority ceiling */
    DLC_LOCK_PSHARED = 1u << 9,
    DLC_LOCK_ON_STACK = 1u << 10,
    DLC_LOCK_INITIALISED = 1u << 11, /* an init call was seen (init_stack) */
    DLC_LOCK_NESTED = 1u << 12,      /* it occurs in the acquisition tree */
    DLC_LOCK_IN_EVENT = 1u << 13,    /* an event names it: its record is kept */
    DLC_LOCK_RECYCLING = 1u << 15,   /* being taken out of the tree just now */
    DLC_LOCK_UNCERTAIN = 1u << 14 /* other threads may have taken it before its record began: where DLC_LOCK_SHARED
                                     is not set, it is not known to be unshared either */
};

/* One lock: an address during one lifetime (generation). A lock whose record is missing was never nested. */
struct dlc_lock_record {
    struct dlc_record record;
    uint64_t address;
    uint32_t kind;         /* enum dlc_lock_kind */
    uint32_t flags;        /* enum dlc_lock_flags */
    uint32_t generation;   /* larger is later at one address */
    dlc_ref init_stack;    /* STACK of the init call; 0: initialised statically or by a constructor */
    dlc_ref first_stack;   /* STACK of the first acquisition that was recorded */
    dlc_ref first_thread;  /* THREAD that took (or initialised) it first */
    uint32_t unload_epoch; /* as in struct dlc_stack_record: how `address` is to be looked up in the modules */
    uint32_t reserved[3];
};

/* A call stack, innermost first. frames[] are return addresses (look up at address - 1), but for frames[0] of a
   stack that a signal interrupted. Equal stacks share a record. */
struct dlc_stack_record {
    struct dlc_record record;
    uint32_t hash;
    uint32_t frame_count;
    uint32_t flags;        /* enum dlc_stack_flags */
    uint32_t unload_epoch; /* number of library unloads seen before it was taken: selects the modules */
    uint64_t frames[];
};
enum dlc_stack_flags { DLC_STACK_SHORT = 1u << 0 /* cut: more callers existed */ };

/*
 * A node of the acquisition tree: lock `lock` was taken, `how`, in `mode`, at `stack`, while holding exactly the
 * locks on the path from `parent` to the root. An outermost lock has parent 0. Equal acquisitions share a node.
 * `thread`/`segment` is the first thread that came through, `more` the others. A node that was recycled has
 * lock 0 (and is then to be skipped).
 */
struct dlc_node_record {
    uint32_t size_bytes; /* as struct dlc_record, which it does without: nodes are many and of one size */
    dlc_ref parent;      /* NODE; 0: root */
    dlc_ref lock;        /* LOCK */
    dlc_ref stack;       /* STACK */
    dlc_ref thread;      /* THREAD */
    uint32_t segment;
    dlc_ref more;   /* TRAIL list; 0: none */
    uint8_t mode;   /* enum dlc_mode */
    uint8_t how;    /* enum dlc_how */
    uint16_t flags; /* enum dlc_node_flags */
};
enum dlc_node_flags { DLC_NODE_TRAILS_DROPPED = 1u << 0 /* more threads came through than are listed */ };

/* One more (thread, segment) that came through a node. */
struct dlc_trail_record {
    uint32_t size_bytes;
    dlc_ref thread;
    uint32_t segment;
    dlc_ref next; /* TRAIL */
};

/*
 * The locks that a thread holds, outermost first. A slot whose `lock` is 0 ends the list for a reader.
 * The low 3 bits of `lock` hold the enum dlc_mode, the rest is the lock's address.
 */
struct dlc_held_slot {
    uint64_t lock;
    dlc_ref stack; /* STACK of the acquisition */
    dlc_ref node;  /* NODE; 0: outermost, and nothing was nested inside yet */
};
#define DLC_HELD_MODE_MASK UINT64_C(7)

struct dlc_held_record {
    struct dlc_record record;
    uint32_t slot_count;
    uint32_t reserved;
    struct dlc_held_slot slots[];
};

/* A module (executable or library) during one loading. An address belongs to it at unload epoch e when
   first_epoch <= e < end_epoch and start <= address < end. */
struct dlc_module_record {
    struct dlc_record record;
    uint64_t bias;  /* what the loader added to the addresses in the file */
    uint64_t start; /* first address mapped */
    uint64_t end;
    uint32_t first_epoch;
    uint32_t end_epoch;      /* UINT32_MAX while loaded */
    uint32_t build_id_bytes; /* at most 32; 0: none */
    uint32_t path_bytes;     /* with its NUL */
    uint8_t build_id[32];
    char path[]; /* absolute where known; "[vdso]" and the like otherwise */
};

/* Bytes; what they mean is said where they are referred to. */
struct dlc_text_record {
    struct dlc_record record;
    uint32_t text_bytes; /* length in text[], its last NUL included */
    uint32_t reserved;
    char text[];
};

enum dlc_event_kind { DLC_EVENT_DEADLOCK = 1, DLC_EVENT_HANG, DLC_EVENT_MISUSE, DLC_EVENT_KIND_COUNT };

enum dlc_misuse_rule {
    DLC_RULE_NONE = 0,
    DLC_RULE_UNLOCK_NOT_OWNER,  /* parts[0]: the unlocker; parts[1]: the owner, where known */
    DLC_RULE_UNLOCK_NOT_LOCKED, /* parts[0]: the unlocker */
    DLC_RULE_RELOCK,            /* parts[0]: the thread, wait_stack: the second lock, hold_stack: the first */
    DLC_RULE_OWNER_EXITED,      /* parts[0]: who waits; parts[1]: the thread that ended while holding it */
    DLC_RULE_DESTROY_LOCKED,    /* parts[0]: the destroyer; parts[1]: the owner */
    DLC_RULE_COUNT
};

/* One participant of an event. */
struct dlc_event_part {
    dlc_ref thread;       /* THREAD */
    uint32_t wait_kind;   /* enum dlc_wait_kind: what it waits for, NONE for a mere holder */
    uint64_t object;      /* address of the lock (or other object) it waits for or misuses */
    dlc_ref lock;         /* LOCK of that object where it has a record, else 0 */
    dlc_ref wait_stack;   /* STACK of the call that waits, or that is the misuse */
    dlc_ref hold_stack;   /* STACK where this thread took the lock that the part before waits for (parts form a
                             ring: the last part's lock is held by parts[0]); for misuse see the rule; 0: none */
    uint32_t wait_timed;  /* 1: that wait has a timeout */
    uint64_t held_object; /* address of the lock taken at hold_stack; 0: none */
    dlc_ref held_lock;    /* its LOCK record, or 0 */
    uint32_t reserved;
    uint64_t wait_since_ns; /* CLOCK_MONOTONIC; 0: unknown */
};

/* Something that live detection decided while the program ran. A DEADLOCK is a ring of parts (one part: the
   thread waits for itself); a HANG has a part for every thread, then one for every thread that ended while it held
   what one of them waits for (wait_kind NONE, only the hold). */
struct dlc_event_record {
    struct dlc_record record;
    uint32_t kind;    /* enum dlc_event_kind */
    uint32_t rule;    /* enum dlc_misuse_rule */
    uint64_t time_ns; /* CLOCK_MONOTONIC */
    uint32_t count;   /* how often it was seen again, at least 1 */
    uint32_t part_count;
    struct dlc_event_part parts[];
};

#endif

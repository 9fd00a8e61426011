"""A threaded program for CPython: locks, conditions, queues, a pool, C code that releases the interpreter lock."""

import concurrent.futures
import hashlib
import queue
import threading
import zlib

WORKERS = 4
ITEMS = 4000


def digest(number):
    data = (str(number) * 3000).encode()
    return hashlib.sha256(zlib.compress(data)).hexdigest()


def through_a_queue():
    todo = queue.Queue(maxsize=8)
    results = {}
    results_lock = threading.Lock()

    def work():
        while (item := todo.get()) is not None:
            value = digest(item)
            with results_lock:
                results[item] = value

    workers = [threading.Thread(target=work) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for item in range(ITEMS):
        todo.put(item)
    for _ in workers:
        todo.put(None)
    for worker in workers:
        worker.join()
    return hashlib.sha256("".join(results[item] for item in range(ITEMS)).encode()).hexdigest()


def in_turns():
    turn = 0
    changed = threading.Condition()
    order = []

    def play(player):
        nonlocal turn
        for _ in range(500):
            with changed:
                changed.wait_for(lambda: turn % WORKERS == player)
                order.append(player)
                turn += 1
                changed.notify_all()

    players = [threading.Thread(target=play, args=(player,)) for player in range(WORKERS)]
    for player in players:
        player.start()
    for player in players:
        player.join()
    return order == [turn % WORKERS for turn in range(500 * WORKERS)]


def in_a_pool():
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        return hashlib.sha256("".join(pool.map(digest, range(ITEMS))).encode()).hexdigest()


def with_timers_and_barriers():
    rang = threading.Event()
    threading.Timer(0.01, rang.set).start()
    barrier = threading.Barrier(WORKERS)
    passed = []

    def meet():
        for step in range(50):
            barrier.wait()
            passed.append(step)

    threads = [threading.Thread(target=meet) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return rang.wait(10) and len(passed) == 50 * WORKERS


print(through_a_queue())
print(in_turns())
print(in_a_pool())
print(with_timers_and_barriers())

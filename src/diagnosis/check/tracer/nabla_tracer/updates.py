"""Notices, while the script runs, when parameters have been updated often enough for the trace to end.

This only decides when to stop; what is a parameter is decided from the whole trace. A place counts as updated when
it receives its former value plus something that was computed at some depth, and that former value was multiplied.
"""
from collections import deque

LINEAR = {"add": (0, 1), "sub": (0, 1), "neg": (0,), "mul": (0, 1), "div": (0,), "copy": (0,), "put": (0, 1),
          "write": (0, 1), "add_at": (0, 1), "view": (0,), "add_n": None, "subtract": (0, 1), "multiply": (0, 1), "move": None}

PRODUCTS = ("mul", "multiply", "div")

LONG = 120_000  # operations
MOST_ROUNDS = 3  # of the loop in which updates are seen, in which a brief trace waits for all of them


class Updates:
    def __init__(self, record, enough):
        self.record, self.enough = record, enough
        self.sites = []
        self.held = {}
        self.counts = {}
        self.loops = []
        self.home = None  # the outermost loop in which an update happened
        self.rounds = 0
        self.steps = 0
        self.wanted = 4
        self.is_state = False
        self.brief = False
        self.pending = set()  # the lines (file, line) that a brief trace must have reached
        self.reached = set()  # the sites at which something was stored in place of something else
        self.faint = None  # the outermost loop in which something was updated that may be a parameter
        self.step_loop = None  # the loop of which one round is one step
        self.state_loop = None  # the same for what nothing reads before its own update: an optimiser's state, it may be
        self.patient = False  # the trace goes on until something is reported, too
        self.reported = False

    def clear(self):
        self.held = {}
        self.loops = [(site, 0) for site, _ in self.loops]

    def stored(self, place, node, site=-1):
        before = self.held.get(place)
        self.held[place] = node
        if before is None or before == node:
            return
        self.reached.add(site)
        if before not in self.record.multiplied:
            # A bias, it may be: unlike a sum it is read by others before it is changed. It counts where nothing else is seen.
            if self.loops and self.record.first_use.get(before, node) != node and self.adds(before, node):
                self.faint = self.faint or self.loops[0][0]
            return
        if not self.adds(before, node):
            return
        count = self.counts[place] = self.counts.get(place, 0) + 1
        if self.home is None and self.loops:
            self.home = self.loops[0][0]
            self.rounds = 0
        used = self.record.first_use.get(before, 0)
        for site, start in self.loops:  # the innermost loop whose round began before the value was used
            if start <= used and self.is_state:
                self.state_loop = site
            elif start <= used:
                self.step_loop = site
        if count > self.steps:
            self.steps = count
            self.record.updated = True

    def adds(self, before, node):
        found, deep, queue, left = False, 0, deque([node]), 60  # breadth first: the former value is near
        first = self.record.first_use.get(before)
        self.is_state = False
        args, ops, depth = self.record.args, self.record.ops, self.record.depth
        # What is read of a matrix that looks into a vector is another view of that vector.
        origin = args[before] if ops[before] == "view" else None
        while queue and left and not (found and deep >= 2):
            left -= 1
            current = queue.popleft()
            self.is_state = self.is_state or current == first
            if current == before or (origin is not None and current > before and ops[current] == "view" and args[current] == origin):
                found = True
                continue
            picks = LINEAR.get(ops[current], ())
            if picks is None:
                picks = range(len(args[current]))
            if not picks or current < before:
                if current > before:
                    deep = max(deep, depth[current])
                continue
            if ops[current] in PRODUCTS and not self.decays(current, before):
                deep = max(deep, depth[current] - 2)
            queue.extend(args[current][p] for p in picks if p < len(args[current]))
        return found and deep >= 2

    def decays(self, node, before, left=4):
        """Whether it is the former value times numbers, as in a discounted sum: that shows no computation."""
        if node == before:
            return True
        if left == 0 or self.record.ops[node] not in PRODUCTS:
            return False
        first, second = self.record.args[node]
        factor, rest = (first, second) if self.record.depth[second] > self.record.depth[first] else (second, first)
        return self.record.depth[factor] <= 1 and self.decays(rest, before, left - 1)

    def iteration(self, site):
        count = self.record.count
        if any(s == site for s, _ in self.loops):
            while self.loops[-1][0] != site:
                self.loops.pop()
            self.loops[-1] = (site, count)
        else:
            self.loops.append((site, count))
        if site == self.home:
            self.rounds += 1
        if site in (self.home, self.step_loop or self.state_loop):
            self.judge()

    def has_all(self):
        """Whether everything was updated that is known to be."""
        self.pending -= {tuple(self.sites[site][:2]) for site in self.reached if site >= 0}
        return not self.pending

    def left(self, site):
        if any(s == site for s, _ in self.loops):
            while self.loops.pop()[0] != site:
                pass

    def leaving(self):
        """Whether the innermost loop has shown what it does: what follows it, such as a report, comes sooner."""
        if not self.patient or self.steps < self.wanted or not self.loops:
            return False
        site = self.loops[-1][0]
        return site == (self.step_loop or self.state_loop) or (site == self.home and self.rounds > 2)

    def shown(self):
        """A number was printed."""
        self.reported = self.reported or self.steps > 0

    def judge(self):
        if self.patient and not self.reported and self.rounds <= 3:
            return
        if self.brief:
            if self.steps >= self.wanted and (self.rounds > MOST_ROUNDS or self.has_all()):
                self.enough()
            return
        busy = self.record.count > 60_000 or self.record.bytes > 60_000_000
        # Of very long steps, all samples in plain lists, two tell what four would, in half the time.
        if self.record.count > LONG and self.steps >= 2:
            self.enough()
        elif self.steps >= self.wanted and (self.rounds > 2 or busy or self.steps >= 300):
            self.enough()
        elif self.rounds > 60 or (busy and self.rounds > 8):
            self.enough()

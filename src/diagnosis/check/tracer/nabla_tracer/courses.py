"""The course of a loss over a whole run, in bounded memory: means over ever longer stretches."""
from .refusals import Refused

WRITES = {"os.mkdir", "os.rmdir", "os.remove", "os.rename", "os.truncate", "shutil.rmtree", "shutil.move"}
FIRST = 64
STRETCHES = 400
RECENT = 20  # stretches that say where the loss is now
START = 15  # values that say where it began


class Course:
    def __init__(self, square):
        self.square = square  # the mean of squares: an error is watched, not a loss
        self.count = 0
        self.first = []
        self.means = []
        self.length = 1
        self.sum, self.held = 0.0, 0

    def add(self, value):
        """Takes one value and returns it as a number; None when it is none."""
        try:
            if self.square:
                value = value * value
            number = float(value) if getattr(value, "size", 1) == 1 else float(value.mean())
        except Exception:  # nothing that can be watched
            return None
        self.count += 1
        if len(self.first) < FIRST:
            self.first.append(number)
        self.sum += number
        self.held += 1
        if self.held == self.length:
            self.means.append(self.sum / self.held)
            self.sum, self.held = 0.0, 0
            if len(self.means) == STRETCHES:
                self.means = [(a + b) / 2 for a, b in zip(self.means[::2], self.means[1::2])]
                self.length *= 2
        return number

    def decided(self, share=0, below=None, hopeless=None):
        """Whether the loss is at `below` or lower, at that share of its beginning, or, after so many values, still above a level."""
        if len(self.means) < RECENT or self.held:
            return False
        level = sum(self.means[-RECENT:]) / RECENT
        if below is not None and level <= below:
            return "reached"
        start = sorted(self.first[:START])[len(self.first[:START]) // 2]
        if share and 0 < level <= share * start:
            return "reached"
        return "hopeless" if hopeless and self.count >= hopeless[0] and not level <= hopeless[1] else False

    def rows(self):
        """[how many values, their mean], the first ones alone and before the stretches; 0 values marks them."""
        for number in list(self.first):
            yield 0, number
        for mean in list(self.means):
            yield self.length, mean
        if self.held:
            yield self.held, self.sum / self.held


def keep_files():
    """A run that only watches a loss leaves the script's files as they are: what would write to one ends it."""
    import os
    import sys

    def audit(event, args):
        opened = event == "open" and isinstance(args[1], str) and set(args[1]) & set("wxa+") and args[0] != os.devnull
        if opened or event in WRITES:
            raise Refused(f"the run is only watched, and writes no files ({event})")
    sys.addaudithook(audit)

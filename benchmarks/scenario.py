"""What a scenario is, and how all of them are measured."""
import contextlib
import dataclasses
import random
import statistics
import sys
import typing

from lab import Problem

SCENARIOS = {}


@dataclasses.dataclass
class Scenario:
    name: str
    title: str
    unit: str
    open: typing.Callable  # (lab, runtime) -> context manager of a function that takes one sample
    floor: bool            # does the floor take part?
    share: float           # of the rounds that are asked for; what takes long or never varies needs fewer, 0 is once
    more_is_better: bool
    place: str             # where it is measured: pure-v2, or uml for what needs a memory controller
    takes_minutes: bool    # measured only where it is named


def scenario(name, title, unit="ms", *, floor=False, share=1.0, more_is_better=False, place="pure-v2",
             takes_minutes=False):
    """The function gets a lab and a runtime, makes all that is needed, yields what takes a sample, and takes all away."""
    def declare(function):
        add(Scenario(name, title, unit, contextlib.contextmanager(function), floor, share, more_is_better, place,
                     takes_minutes))
        return function
    return declare


def add(scenario):
    assert scenario.name not in SCENARIOS
    SCENARIOS[scenario.name] = scenario


@dataclasses.dataclass
class Figure:
    """All samples of one runtime, or why there are none."""
    samples: list = dataclasses.field(default_factory=list)
    problem: str = ""

    @property
    def median(self):
        return statistics.median(self.samples)

    @property
    def spread(self):
        """Half of the range in which the middle half of the samples is."""
        if len(self.samples) < 4:
            return (max(self.samples) - min(self.samples)) / 2
        low, _, high = statistics.quantiles(self.samples, n=4)
        return (high - low) / 2


def measure(scenario, lab, runtimes, rounds):
    """Figures by the runtimes' names. They take turns, in an order that changes: what one leaves to the kernel to tidy up, and whatever
    else the machine does, meets all alike."""
    figures, samples = {}, {}
    with contextlib.ExitStack() as stack:
        for runtime in runtimes:
            figures[runtime.name] = figure = Figure()
            try:
                sample = stack.enter_context(scenario.open(lab, runtime))
                first = sample()  # what is cached is cached then
                samples[runtime.name] = sample
                if scenario.share == 0:
                    figure.samples.append(first)
            except Problem as problem:
                figure.problem = str(problem)
        order = random.Random(scenario.name)
        for _ in range(max(1, round(rounds * scenario.share)) if scenario.share else 0):
            for name in order.sample(sorted(samples), len(samples)):
                take(samples, name, figures[name])
    return figures


def take(samples, name, figure):
    try:
        figure.samples.append(samples[name]())
    except Problem as problem:
        print(f"{name}: {problem}", file=sys.stderr)
        figure.problem, figure.samples = str(problem), []
        del samples[name]

"""Stand-ins for libraries that only show: plots, progress bars, notebook displays. They accept everything and draw
nothing, so that no window opens and no library for it need be there."""
import builtins
import functools
import sys
import types

SHOWN = {"matplotlib", "pylab", "seaborn", "tqdm", "mpl_toolkits", "IPython", "ipywidgets", "plotly", "bokeh", "altair",
         "wandb", "tensorboardX", "progressbar", "alive_progress", "turtle", "tkinter", "numba"}
PYPLOT = """annotate arrow axhline axvline axis bar barh boxplot cla clf close colorbar contour contourf draw errorbar figure
fill fill_between gca gcf grid hist hlines imread imsave imshow ion ioff legend loglog matshow pause pcolor pcolormesh pie plot
polar quiver rc savefig scatter semilogx semilogy setp show stem step subplot subplots subplots_adjust suptitle text
tight_layout title tricontourf twinx violinplot vlines xlabel xlim xscale xticks ylabel ylim yscale yticks""".split()


class Nothing(types.ModuleType):
    """Accepts every attribute, call, index and sum, and does nothing."""
    __path__ = ()

    def __init__(self, name="nothing", *rest, **keywords):
        super().__init__(name)

    def __getattr__(self, name):
        if name == "__all__":
            return [*PYPLOT, "plt"] if self.__name__.split(".")[-1] in ("pyplot", "pylab") else []
        if name.startswith("__"):
            raise AttributeError(name)
        made = SPECIAL.get((self.__name__.split(".")[0], name)) or SPECIAL.get(("", name))
        return made if made is not None else Nothing(self.__name__ if name in ("pyplot", "plt") else name)

    def __call__(self, *args, **keywords):
        return Nothing()

    def __getitem__(self, index):
        return Nothing()

    def __setitem__(self, index, value):
        pass

    def __iter__(self):
        return iter((Nothing(), Nothing()))

    def __len__(self):
        return 0

    def __bool__(self):
        return True

    def __enter__(self):
        return self

    def __exit__(self, *rest):
        return False

    def __repr__(self):
        return "<nothing: plots are not drawn in a check>"


def accepts(self, *others):
    return Nothing()


for operation in "add radd sub rsub mul rmul truediv rtruediv neg pow mod".split():
    setattr(Nothing, f"__{operation}__", accepts)


class Axes(Nothing):
    """What plt.subplots(rows, columns) gives: as many as were asked for, in rows."""

    def __init__(self, rows, columns):
        super().__init__("axes")
        self.__dict__.update(rows=rows, columns=columns)

    def __len__(self):
        return self.rows

    def __iter__(self):
        return iter([Axes(self.columns, 1) if self.columns > 1 else Nothing() for _ in range(self.rows)])

    @property
    def flat(self):
        return Axes(self.rows * self.columns, 1)

    def ravel(self, *args):
        return self.flat

    flatten = ravel


def subplots(nrows=1, ncols=1, *args, **keywords):
    if nrows == ncols == 1:
        return Nothing(), Nothing()
    return Nothing(), Axes(nrows, ncols) if min(nrows, ncols) > 1 else Axes(max(nrows, ncols), 1)


class Bar:
    """A progress bar: what it was given, in order."""

    def __init__(self, iterable=None, *args, **keywords):
        self.iterable = iterable

    def __iter__(self):
        return iter(self.iterable if self.iterable is not None else ())

    def __len__(self):
        return len(self.iterable)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args, **keywords: None

    def __enter__(self):
        return self

    def __exit__(self, *rest):
        return False

    @staticmethod
    def write(text, file=None, end="\n", **keywords):
        print(text, file=file, end=end)


def animate(figure, function, frames=100, *args, init_func=None, fargs=(), **keywords):
    """An animation whose frames may be the training steps: they are run, at most 200 of them."""
    items = range(frames) if isinstance(frames, int) else frames() if callable(frames) else frames
    for _, frame in zip(range(200), items):
        function(frame, *(fargs or ()))
    return Nothing()


def undecorated(*args, **keywords):
    """numba's decorators: the function as it is written."""
    if len(args) == 1 and not keywords and isinstance(args[0], types.FunctionType):
        return args[0]
    return lambda function: function


def data_from(what):
    def refused(*args, **keywords):
        from .refusals import Refused
        raise Refused(f"{what} reads data, and that library is replaced in a check: read it with NumPy, or keep it in a file")
    return refused


SPECIAL = {("matplotlib", "subplots"): subplots, ("pylab", "subplots"): subplots, ("", "FuncAnimation"): animate,
           ("matplotlib", "imread"): data_from("imread"), ("pylab", "imread"): data_from("imread"),
           ("seaborn", "load_dataset"): data_from("seaborn.load_dataset"),
           ("", "plot"): lambda *args, **keywords: [Nothing()],
           ("", "hist"): lambda *args, **keywords: (Nothing(), Nothing(), Nothing()),
           ("tqdm", "tqdm"): Bar, ("tqdm", "tqdm_notebook"): Bar, ("tqdm", "trange"): lambda *a, **k: Bar(range(*a)),
           ("tqdm", "tnrange"): lambda *a, **k: Bar(range(*a)), ("progressbar", "progressbar"): Bar,
           ("numba", "jit"): undecorated, ("numba", "njit"): undecorated, ("numba", "vectorize"): undecorated,
           ("numba", "prange"): range}


class Finder:
    """Finds the stand-ins, and tells of every library that the script asks for."""

    def __init__(self, asked):
        self.asked = asked

    def find_spec(self, name, path=None, target=None):
        top = name.split(".")[0]
        if name == top:
            self.asked(name)
        if top not in SHOWN:
            return None
        from importlib.machinery import ModuleSpec
        return ModuleSpec(name, self, is_package=True)

    @staticmethod
    def create_module(spec):
        module = Nothing(spec.name)
        if spec.name == "pylab":
            fill_pylab(module)
        return module

    @staticmethod
    def exec_module(module):
        pass


def fill_pylab(module):
    """pylab is NumPy and pyplot in one."""
    import numpy
    rooms = (numpy, numpy.fft, numpy.linalg, numpy.random)
    names = {name: getattr(room, name) for room in rooms for name in room.__all__}
    module.__dict__.update(names, np=numpy, numpy=numpy, __all__=[*names, *PYPLOT, "np", "plt"])


class Shell(Nothing):
    """What a notebook's `get_ipython()` gives."""

    def run(self, line):
        from .refusals import Refused
        raise Refused(f"{line} is for a shell or for IPython, and a check runs neither")

    getoutput = system = run


def install(asked, in_notebook):
    sys.meta_path.insert(0, Finder(asked))
    if in_notebook:
        builtins.get_ipython = functools.partial(Shell, "shell")
        builtins.display = accepts

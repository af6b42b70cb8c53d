"""What the script meets instead of windows, questions and new processes."""
import builtins
import sys
import types

STUBBED = ("matplotlib", "pylab", "seaborn", "tqdm", "mpl_toolkits", "IPython", "plotly")


class Nothing(types.ModuleType):
    """Accepts every attribute, call and index, and does nothing."""
    __path__ = []

    def __init__(self, name="nothing"):
        super().__init__(name)

    def __getattr__(self, name):
        if name.startswith("__") and name not in ("__enter__", "__exit__"):
            raise AttributeError(name)
        return Nothing(name)

    def __call__(self, *args, **keywords):
        return Nothing()

    def __getitem__(self, index):
        return Nothing()

    def __setitem__(self, index, value):
        pass

    def __iter__(self):
        return iter((Nothing(), Nothing()))

    def __enter__(self):
        return self

    def __exit__(self, *rest):
        return False


class Refused(Exception):
    """The script asked for something that a check does not allow."""


class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.split(".")[0] not in STUBBED:
            return None
        from importlib.machinery import ModuleSpec
        return ModuleSpec(name, Finder, is_package=True)

    @staticmethod
    def create_module(spec):
        module = Nothing(spec.name)
        if spec.name.split(".")[0] == "tqdm":
            plain = lambda items=(), *a, **k: items  # noqa: E731
            module.tqdm = module.trange = plain
            module.trange = lambda *a, **k: range(*a)
        return module

    @staticmethod
    def exec_module(module):
        pass


def refuse_input(*prompt):
    raise Refused("input() waits for a person; nabla check runs unattended")


def install():
    sys.meta_path.insert(0, Finder)
    builtins.input = refuse_input
    forbidden = {"os.fork": "fork", "os.forkpty": "fork", "subprocess.Popen": "start a process",
                 "os.system": "start a process", "os.exec": "replace the process", "os.posix_spawn": "start a process",
                 "os.spawn": "start a process", "os.kill": "send a signal", "os.killpg": "send a signal"}

    def audit(event, args):
        word = forbidden.get(event)
        if word is not None:
            raise Refused(f"the script tries to {word} ({event}), which a check does not allow")
    sys.addaudithook(audit)

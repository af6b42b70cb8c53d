"""Entry: runs one script under observation. argv[1] is the request as JSON; the trace leaves on descriptor 3."""
import ast
import builtins
import importlib.abc
import importlib.util
import json
import os
import random
import resource
import sys
import threading
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[0:1] = [os.path.dirname(HERE)]
from nabla_tracer import candidates, courses, losses, record, refusals, rewrite, session, source as sources, stubs  # noqa: E402
sys.path.pop(0)

VALUES = set("nlswmgiecoh")  # rows that a cleared trace does not keep
ROWS_AT_ONCE = 5000
DATA_NODES = 60_000  # operations without an update after which a loop is taken for the making of data
end_process = os._exit
as_text = json.JSONEncoder(separators=(",", ":")).encode


class Output:
    """Trace rows, written many at once when it is known that they are wanted."""

    def __init__(self, descriptor):
        self.descriptor, self.rows, self.written = descriptor, [], False
        self.wanted = lambda: True

    def write(self, row):
        self.rows.append(row)
        if len(self.rows) % ROWS_AT_ONCE == 0 and self.wanted():
            self.flush()

    def clear(self):
        self.rows = [row for row in self.rows if row[0] not in VALUES]
        if self.written:  # what was handed over already is forgotten there
            self.rows.append(["forgotten"])

    def flush(self):
        data = "".join(as_text(row) + "\n" for row in self.rows).encode("utf-8", "replace")
        self.rows = []
        self.written = self.written or data != b""
        while data:
            data = data[os.write(self.descriptor, data):]


class Run:
    def __init__(self, request):
        self.request = request
        self.out = Output(os.dup(3))
        os.close(3)
        self.path = os.path.abspath(request["path"])
        self.folder = os.path.dirname(self.path)
        self.sites = rewrite.Sites()
        self.sent = 0
        self.files = {}
        self.recorder = record.Recorder(self.out.write, request.get("nodes", 250_000), request.get("bytes", 200_000_000))
        self.session = session.Session(self.recorder, self.enough, self.out.clear)
        self.out.wanted = lambda: self.session.updates.steps > 0 or not self.session.on
        self.session.updates.wanted = request.get("steps", 4)
        self.session.updates.brief = "probes" in request
        self.session.updates.sites = self.sites.rows
        self.session.updates.pending = {tuple(place) for place in request.get("updates", [])}
        self.session.updates.patient = request.get("losses", False)
        self.session.on = request.get("trace", True)
        self.session.pauses = request.get("pauses", True)
        if self.session.pauses:
            self.recorder.before_updates = min(DATA_NODES, self.recorder.budget_nodes)
        self.session.skipped = set(request.get("skip", ()))
        self.probes = {}
        self.watches = {}
        self.courses = {}
        self.ending = threading.Lock()
        for index, spot in enumerate(request.get("watch", [])):
            self.watches[(spot[0], *spot[1:5])] = index

    def emit(self, row):
        self.out.write(row)

    def finish(self, status):
        if not self.ending.acquire(blocking=False):
            time.sleep(60)  # another thread is ending the process
        self.send_sites()
        for index, course in list(self.courses.items()) if self.request.get("summary") else ():
            for row in course.rows():
                self.emit(["u", index, *row])
        self.emit(["end", status])
        self.out.flush()
        try:
            sys.stdout.flush()
        finally:
            end_process(0)

    def ended(self, status):
        """The script ended itself."""
        self.emit(["exit", 0 if status is None else status if isinstance(status, int) else str(status)[:2000]])
        self.finish("finished")

    def enough(self, status):
        if self.session.updates.home is not None:
            self.emit(["home", self.session.updates.home])
        if self.request.get("after") != "run":
            self.finish(status)

    def send_sites(self):
        for row in self.sites.rows[self.sent:]:
            self.emit(["site", *row])
        self.sent = len(self.sites.rows)

    def compile(self, path, source=None):
        starts = []
        if source is None:
            source, starts = sources.read(path)
        name = os.path.relpath(path, self.folder)
        for edit in self.request.get("edits", []):
            if edit["file"] == name:
                source = edited(source, edit)
        if name not in self.files:
            self.files[name] = source
            self.emit(["file", name, source])
            if starts:
                self.emit(["cells", name, starts])
        tree = ast.parse(source, filename=path)
        if self.session.on and self.request.get("losses"):
            losses.also(tree)
        probes = {}
        for probe in candidates.probes_for(self.request.get("probes", []), tree, source, name):
            probes[(name, *probe.span)] = probe
            self.emit(["probe", probe.index, [e.row() for e in probe.edits]])
        rewriter = rewrite.Rewriter(name, source, self.sites, probes, self.watches)
        if self.session.on:
            code = compile(rewriter.module(tree), path, "exec", dont_inherit=True)
        else:
            code = compile(ast.fix_missing_locations(rewrite.Watcher(rewriter).visit(tree)), path, "exec", dont_inherit=True)
        self.send_sites()
        return code

    def watch(self, index, value):
        course = self.courses.get(index)
        if course is None:
            course = self.courses[index] = courses.Course(self.request.get("square", False))
        number = course.add(value)
        if number is None:
            return
        if not self.request.get("summary"):
            self.emit(["v", index, number])
        if course.count >= self.request.get("values", 2000):
            self.finish("enough")
        decided = course.decided(**self.request["until"]) if "until" in self.request else False
        if decided:
            self.finish(decided)

    def watching(self):
        """A run that is only watched ends when its time is over, wherever it is then."""
        if self.watches and not self.session.on:
            timer = threading.Timer(self.request.get("seconds", 5), self.finish, ("time",))
            timer.daemon = True
            timer.start()


class Beside(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports of files that lie beside the script are instrumented as well."""

    def __init__(self, run):
        self.run = run

    def find_spec(self, name, path=None, target=None):
        last = name.split(".")[-1]
        for folder in [self.run.folder, *sys.path] if path is None else list(path):
            if os.path.join(os.path.abspath(folder), "").startswith(os.path.join(self.run.folder, "")):
                found = self.beside(name, folder, last)
                if found is not None:
                    return found
        return None

    def beside(self, name, folder, last):
        for candidate, package in ((os.path.join(folder, last + ".py"), False), (os.path.join(folder, last, "__init__.py"), True)):
            if os.path.isfile(candidate):
                return importlib.util.spec_from_file_location(
                    name, candidate, loader=self, submodule_search_locations=[os.path.dirname(candidate)] if package else None)
        return None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        exec(self.run.compile(module.__spec__.origin), module.__dict__)


def edited(source, edit):
    """The source with one span (line, column, end line, end column; columns in characters) replaced."""
    lines = source.split("\n")
    first, start, last, end = edit["span"]
    middle = lines[first - 1][:start] + edit["text"] + lines[last - 1][end:]
    return "\n".join([*lines[:first - 1], middle, *lines[last:]])


def limit(request):
    memory = request.get("memory", 4 << 30)
    for kind, most in (("RLIMIT_AS", memory), ("RLIMIT_CORE", 0), ("RLIMIT_FSIZE", 256 << 20), ("RLIMIT_STACK", 64 << 20)):
        try:
            hard = resource.getrlimit(getattr(resource, kind))[1]
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(getattr(resource, kind), (most, hard if kind == "RLIMIT_STACK" else most))
        except (AttributeError, OSError, ValueError):
            pass  # a system without this limit


def describe(run, error, kind=None):
    rows = []
    for frame in traceback.extract_tb(error.__traceback__):
        name = os.path.relpath(frame.filename, run.folder)
        if name in run.files:
            rows.append([name, frame.lineno, frame.name])
    if isinstance(error, SyntaxError) and error.filename:
        rows.append([os.path.relpath(error.filename, run.folder), error.lineno or 0, ""])
    if isinstance(error, sources.Unreadable):
        rows.append([os.path.basename(run.path), error.line, ""])
    return ["error", kind or type(error).__name__, said(error), rows, getattr(error, "name", None) or getattr(error, "filename", None)]


def said(error):
    try:
        return str(error.msg if isinstance(error, SyntaxError) else error)[:2000]
    except Exception:  # an exception whose own text cannot be made
        return "an error that cannot be shown"


def asks_for(run):
    """Tells the trace which libraries the script imports, and where."""
    def asked(name):
        frame = sys._getframe(2)
        while frame is not None:
            file = os.path.relpath(frame.f_code.co_filename, run.folder)
            if file in run.files:
                return run.emit(["import", name, file, frame.f_lineno])
            if "importlib" not in frame.f_code.co_filename and not frame.f_code.co_filename.startswith(HERE):
                return None  # a library asks for another
            frame = frame.f_back
    return asked


def seed_by_default(number):
    """A script that sets no seed is given one, so that two runs of it can be compared."""
    random.seed(number)
    real_import = builtins.__import__

    def importing(name, *args, **keywords):
        module = real_import(name, *args, **keywords)
        numpy = sys.modules.get("numpy")
        if numpy is not None and not getattr(numpy.__spec__, "_initializing", False):
            builtins.__import__ = real_import
            numpy.random.seed(number)
        return module
    builtins.__import__ = importing


def main():
    request = json.loads(sys.argv[1])
    run = Run(request)
    sys.argv = [run.path, *request.get("args", [])]
    sys.path.insert(0, run.folder)
    sys.dont_write_bytecode = True
    sys.setrecursionlimit(5000)
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    run.emit(["meta", "nabla.trace/1", sys.version.split()[0], sys.executable])
    try:
        code = run.compile(run.path)
        if not run.files[os.path.basename(run.path)].strip():
            raise sources.Unreadable("it is empty")
    except RecursionError as error:
        run.emit(["error", type(error).__name__, "its expressions are nested too deeply", []])
        run.finish("syntax")
    except (SyntaxError, ValueError, sources.Unreadable, OSError) as error:
        run.emit(describe(run, error))
        run.finish("syntax")
    session.put_in_builtins(run.session)
    run.session.watched = run.watch
    run.watching()  # before threads are refused
    refusals.install()
    if request.get("summary"):
        courses.keep_files()
    stubs.install(asks_for(run), run.path.endswith(".ipynb"))
    sys.meta_path.insert(0, Beside(run))
    seed_by_default(request.get("seed", 1))
    limit(request)
    os._exit = lambda status=0: run.ended(status)
    scope = {"__name__": "__main__", "__file__": run.path, "__builtins__": builtins}
    main_module = type(sys)("__main__")
    main_module.__dict__.update(scope)
    sys.modules["__main__"] = main_module
    try:
        exec(code, main_module.__dict__)
    except SystemExit as error:
        run.ended(error.code)
    except record.Limit:
        run.finish("limit")
    except MemoryError as error:
        run.emit(describe(run, error))
        run.finish("memory")
    except KeyboardInterrupt:
        run.finish("interrupted")
    except BaseException as error:  # whatever the script raised is reported, not raised
        run.emit(describe(run, error))
        run.finish("raised")
    run.finish("finished")


main()

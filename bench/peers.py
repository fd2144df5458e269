"""The proxies that are measured: how each is configured, started and stopped."""

import os
import pathlib
import resource
import shutil
import signal
import socket
import subprocess
import time

import gateways
import synthetic_rules

LOOPBACK = "127.0.0.1"
FILES_WANTED = 42000  # two a stream, for 20,000 streams

NGINX = """{modules}
daemon off; master_process on; worker_processes {workers}; worker_rlimit_nofile {files};
pid {folder}/nginx.pid; error_log {folder}/error.log crit;
events {{ worker_connections {connections}; }}
http {{
  access_log off;{http}
  keepalive_requests 1000000000;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  upstream model {{ server 127.0.0.1:{model}; keepalive 2000; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{
      proxy_pass http://model; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_buffering off; proxy_request_buffering off; proxy_read_timeout 300s;{filter}
    }}
  }}
}}
"""

# nginx with the Lua module searches the text of each answer, over a window of what came before, for the rules, a
# hundred of them in an expression (PCRE, compiled to machine code; it takes no more). It takes `content` alone, out of the bytes as they come, and passes on what
# it has not found in: what one would write oneself in an afternoon.
MODULES = pathlib.Path("/usr/lib/nginx/modules")
LUA_MODULE = MODULES / "ngx_http_lua_module.so"
LUA_MODULES = f"load_module {MODULES}/ndk_http_module.so; load_module {LUA_MODULE};"
LUA_RULES_A_LINE = 100
LUA_HTTP = """
  lua_regex_cache_max_entries 64; lua_regex_match_limit 0;
  init_by_lua_block {{
    rules = {{}}
    for line in io.lines("{folder}/rules.pcre") do
      rules[#rules + 1] = line
    end
  }}"""
LUA_FILTER = r"""
      body_filter_by_lua_block {
        local text = ngx.ctx.text or ""
        for found in ngx.re.gmatch(ngx.arg[1], [["content":"((?:[^"\\]|\\.)*)"]], "jo") do text = text .. found[1] end
        for i = 1, #text > 0 and #rules or 0 do
          local first, _, problem = ngx.re.find(text, rules[i], "ijo")
          if problem then ngx.log(ngx.CRIT, problem) end
          if first or problem then ngx.arg[1], ngx.arg[2] = nil, true end
        end
        ngx.ctx.text = text:sub(-160)
      }"""

HAPROXY = """
global
  nbthread {workers}
  maxconn {connections}
defaults
  mode http
  timeout connect 5s
  timeout client 300s
  timeout server 300s
  option http-no-delay
  option http-keep-alive
  http-reuse always
frontend bench
  bind 127.0.0.1:{port} backlog 4096
  default_backend model
backend model
  server model 127.0.0.1:{model}
"""

STOPLOG = """
apiVersion: stoplog/v1
kind: Settings
listeners:
  - {{address: 127.0.0.1:{port}}}
admin: {{address: 127.0.0.1:{admin}}}
workers: {workers}
upstreams:
  - {{name: model, url: "http://127.0.0.1:{model}", limits: {{connections: {connections}}}}}
routes:
  - {{name: all, path: /v1, upstream: model}}
policies: policies
rules: rules
limits: {{connections: {connections}}}
deadlines: {{drain: 1s}}
audit: {{directory: audit}}
log: {{level: warning}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def accepts(port):
    try:
        socket.create_connection((LOOPBACK, port), 0.2).close()
        return True
    except OSError:
        return False


def open_files():
    """As many as we may have open, for us and the processes that we start."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    for most in (max(hard, FILES_WANTED), hard):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
            return most
        except (ValueError, PermissionError):
            continue
    return hard


def pinned(cpus, nice):
    """What a child does before it becomes its program."""
    def prepare():
        os.sched_setaffinity(0, cpus)
        if nice:
            os.nice(nice)
            # Where Linux shares the processors among sessions first, niceness counts only within one.
            group = pathlib.Path("/proc/self/autogroup")
            if group.exists():
                group.write_text(str(nice))
    return prepare


def children(pid):
    found = []
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += [int(child), *children(int(child))]
    return found


class Process:
    """A process of ours, from the moment it listens until it is stopped."""

    def __init__(self, command, port, cpus, nice, folder, log, patience=60.0):
        self.port, self.log, began = port, folder / log, time.monotonic()
        with open(self.log, "wb") as out:
            self.process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                            start_new_session=True, preexec_fn=pinned(cpus, nice))
        while not accepts(port):
            if self.process.poll() is not None or time.monotonic() - began > patience:
                self.stop()
                raise RuntimeError(f"{command[0]} does not listen: {self.log.read_text(errors='replace')[-600:]}")
            time.sleep(0.01)
        self.start_ms = round((time.monotonic() - began) * 1000)

    @property
    def pids(self):
        return [self.process.pid, *children(self.process.pid)]

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Peer:
    """`command(folder, port)` writes what the program needs into `folder` and tells how it is started.
    `headers` are those that a request to it must have; a `slow` one gets the points that it can stand."""

    def __init__(self, name, program, command, headers=(), slow=False):
        self.name, self.program, self.command, self.headers, self.slow = name, program, command, headers, slow

    def missing(self):
        return self.program is not None and shutil.which(str(self.program)) is None and not pathlib.Path(self.program).is_file()


def all_peers(stoplog, model, workers, rule_counts):
    files = open_files()
    buffered = min(rule_counts, key=lambda count: abs(count - 1000))
    values = {"workers": workers, "connections": min(20000, files // 2 - 200), "model": model, "files": files}

    def from_template(template, name, command, **more):
        def prepare(folder, port):
            path = folder / name
            path.write_text(template.format(folder=folder, port=port, admin=free_port(), **values, **more))
            return [part.format(path=path, folder=folder) for part in command]
        return prepare

    nginx = ["nginx", "-p", "{folder}", "-c", "{path}", "-e", "{folder}/error.log"]

    def nginx_with_lua(count):
        def prepare(folder, port):
            rules = synthetic_rules.Rules().patterns(count)
            lines = ["|".join(rules[at:at + LUA_RULES_A_LINE]) for at in range(0, count, LUA_RULES_A_LINE)]
            (folder / "rules.pcre").write_text("\n".join(lines) + "\n")
            return from_template(NGINX, "nginx.conf", nginx, modules=LUA_MODULES, http=LUA_HTTP.format(folder=folder),
                                 filter=LUA_FILTER)(folder, port)
        return prepare

    def with_rules(count, release="exact"):
        serve = from_template(STOPLOG, "stoplog.yaml", [str(stoplog), "serve", "--config", "{path}"])

        def prepare(folder, port):
            synthetic_rules.write(folder, count, release)
            return serve(folder, port)
        return prepare

    return [
        Peer("direct", None, None),
        Peer("nginx", "nginx", from_template(NGINX, "nginx.conf", nginx, modules="", http="", filter="")),
        Peer("haproxy", "haproxy", from_template(HAPROXY, "haproxy.cfg", ["haproxy", "-db", "-f", "{path}"])),
        *[Peer(f"stoplog-{count}", stoplog, with_rules(count)) for count in rule_counts],
        Peer(f"stoplog-{buffered}-buffer", stoplog, with_rules(buffered, "buffer")),
        *[Peer(f"nginx-lua-{count}", LUA_MODULE, nginx_with_lua(count), slow=True) for count in rule_counts if 0 < count <= 1000],
        Peer("portkey", gateways.portkey_program(), gateways.portkey_command, gateways.portkey_headers(model, False), slow=True),
        Peer("portkey-regex", gateways.portkey_program(), gateways.portkey_command, gateways.portkey_headers(model, True), slow=True),
        Peer("litellm", gateways.litellm_program(), gateways.litellm_command(model), slow=True),
    ]

"""Other gateways, as far as their registries can be reached: how each is installed and started.

    bench/gateways.py install     into build/gateways; says what it could not get

They rewrite requests and answers, translate between providers and keep no proof
of what they did: other programs for another purpose. They stand here because
they are what one would otherwise put in front of a model to look at its text."""

import json
import os
import pathlib
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "build" / "gateways"
PORTKEY, LITELLM, BIFROST = "1.15.2", "1.77.7", "transports/bifrost-http"
# With a newer one Portkey answers every stream with status 500: it adds to a header of Node's own answer, which cannot be changed.
PORTKEY_SERVER = {"overrides": {"@hono/node-server": "1.13.8"}}

# One pattern that never matches: what a guardrail costs before it has found anything.
GUARDRAIL = {"default.regexMatch": {"rule": r"\bquibazoq\b", "not": True}, "deny": True}

LITELLM_SETTINGS = """
model_list:
  - model_name: "*"
    litellm_params: {{model: "openai/*", api_base: "http://127.0.0.1:{model}/v1", api_key: none}}
litellm_settings: {{telemetry: false, turn_off_message_logging: true}}
"""


def portkey_program():
    return FOLDER / "portkey/node_modules/@portkey-ai/gateway/build/start-server.js"


def portkey_command(folder, port):
    return ["node", str(portkey_program()), f"--port={port}", "--headless"]


def portkey_headers(model, guarded):
    host = f"http://127.0.0.1:{model}/v1"
    if not guarded:
        return ["x-portkey-provider: openai", f"x-portkey-custom-host: {host}", "authorization: Bearer none"]
    config = {"provider": "openai", "custom_host": host, "api_key": "none",
              "input_guardrails": [GUARDRAIL], "output_guardrails": [GUARDRAIL]}
    return ["x-portkey-config: " + json.dumps(config, separators=(",", ":"))]


def litellm_program():
    return FOLDER / "litellm/bin/litellm"


def litellm_command(model):
    def prepare(folder, port):
        (folder / "litellm.yaml").write_text(LITELLM_SETTINGS.format(model=model))
        return [str(litellm_program()), "--config", str(folder / "litellm.yaml"), "--host", "127.0.0.1", "--port", str(port),
                "--num_workers", "1"]
    return prepare


def installs():
    return {
        f"Portkey {PORTKEY} from npm": [["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix",
                                        str(FOLDER / "portkey"), f"@portkey-ai/gateway@{PORTKEY}"]],
        f"LiteLLM {LITELLM} from PyPI": [[sys.executable, "-m", "venv", str(FOLDER / "litellm")],
                                         [str(FOLDER / "litellm/bin/pip"), "install", "--quiet", f"litellm[proxy]=={LITELLM}"]],
        # Never seen to come, so nothing here starts it yet.
        f"Bifrost's {BIFROST} as a Go module": [["env", f"GOBIN={FOLDER / 'bifrost'}", "go", "install", f"github.com/maximhq/bifrost/{BIFROST}@latest"]],
    }


def install():
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "portkey").mkdir(exist_ok=True)
    (FOLDER / "portkey" / "package.json").write_text(json.dumps(PORTKEY_SERVER))
    os.environ["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    for name, commands in installs().items():
        print(f"installing {name}", flush=True)
        for command in commands:
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            if done.returncode:
                print(f"skipped: {name}: {done.stdout.strip().splitlines()[-1] if done.stdout.strip() else 'failed'}")
                break


if __name__ == "__main__":
    if sys.argv[1:] != ["install"]:
        sys.exit(__doc__)
    install()

"""The files that bring Image Garden into production: sound by their schemas, and by rules of ours."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from config import Settings
from imagegarden.api.error_codes import error_codes
from imagegarden.web.openai_shape import SHAPES
from tests.stack import certificates
from tests.stack.compose import command, environment
from tests.stack.front_door import CONFIGURATION, image_nginx

COMPOSE = Path("docker-compose.yml")
WORKFLOW = Path(".github/workflows/main.yml")
DOCKERFILE = Path("Dockerfile").read_text()
BIN = Path(sys.executable).parent
compose: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
services: dict[str, Any] = compose["services"]
workflow: dict[str, Any] = yaml.safe_load(WORKFLOW.read_text())

OURS = ("web", "worker", "clock", "migrate", "backup")
LONG_LIVED = set(services) - {"migrate"}


def stages() -> dict[str, str]:
    """The stages of the Dockerfile by their names."""
    found = re.split(r"^(?=FROM )", DOCKERFILE, flags=re.MULTILINE)[1:]
    return {text.split()[3]: text for text in found}


@pytest.mark.parametrize(("schema", "path"), [("vendor.compose-spec", COMPOSE), ("vendor.github-workflows", WORKFLOW)])
def test_the_file_follows_its_schema(schema: str, path: Path) -> None:
    command = [str(BIN / "check-jsonschema"), "--builtin-schema", schema, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_dockerfile_passes_its_linter() -> None:
    linter = BIN / "hadolint"
    if not linter.exists():
        pytest.skip("there is no hadolint for this kind of machine")
    done = subprocess.run([str(linter), "Dockerfile"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_nginx_takes_its_configuration_as_it_is_in_the_image(tmp_path: Path) -> None:
    program = image_nginx()
    if program is None:
        pytest.skip("there is no such nginx for this kind of machine")
    shutil.copytree(CONFIGURATION, tmp_path, dirs_exist_ok=True)
    (tmp_path / "run").mkdir()
    certificates.write(tmp_path)
    names = {"tls_certificate": tmp_path / "fullchain.pem", "tls_certificate_key": tmp_path / "privkey.pem"}
    listen = tmp_path / "machine/listen_tls.conf"
    text = listen.read_text()
    for name, path in names.items():
        text = text.replace(f"/run/secrets/{name};", f"{path};")
    listen.write_text(text)
    command = [str(program), "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr


def test_backups_are_made_by_the_sites_own_command() -> None:
    assert "flask --app wsgi backup create /backups" in services["backup"]["command"][0]


@pytest.mark.parametrize(("outcome", "pause"), [("true", "86400"), ("false", "900")])
def test_a_backup_that_failed_is_tried_again_soon(tmp_path: Path, outcome: str, pause: str) -> None:
    # A sleep that says how long it was asked for, and ends the loop.
    for name, does in {"flask": outcome, "sleep": 'echo "$1"; kill $PPID'}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / name).chmod(0o755)
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin", **environment("backup", {"PUBLIC_URL": "x", "SMTP_SERVER": "x"})}
    done = subprocess.run(command("backup"), env=env, capture_output=True, text=True, check=False, timeout=20)
    assert done.stdout.split() == [pause]
    assert ("The backup failed." in done.stderr) == (outcome == "false")


def test_web_worker_clock_migrations_and_backups_are_one_image() -> None:
    assert {services[name]["image"] for name in OURS} == {services["web"]["image"]}
    assert {services[name]["build"]["target"] for name in OURS} == {"site"}


def test_migrations_go_before_everything_that_uses_the_database() -> None:
    for name in {"web", "worker", "clock", "backup"}:
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully", name
    for name in OURS:
        for server in ("database", "valkey"):
            assert services[name]["depends_on"][server]["condition"] == "service_healthy", name


def test_a_release_reaches_every_part_of_ours_in_the_order_that_it_needs() -> None:
    chapter = Path("docs/operating.md").read_text().partition("## Bringing out a release")[2].partition("\n## ")[0]
    commands = [
        line.partition("#")[0].split() for line in chapter.splitlines() if line.startswith("    docker compose")
    ]
    order = list(dict.fromkeys(word for words in commands for word in words if word in services))
    # docs/releasing.md: "migrate, then workers and the clock, then web".
    assert order == ["migrate", "worker", "clock", "backup", "web", "nginx"]
    assert set(order) == {name for name, service in services.items() if "build" in service}


def test_a_new_secret_reaches_every_process_that_is_given_one() -> None:
    chapter = Path("docs/operating.md").read_text().partition("## Rotating secrets")[2].partition("\n## ")[0]
    commands = [
        line.partition("#")[0].split() for line in chapter.splitlines() if line.startswith("    docker compose")
    ]
    # Docker compares what it was told of a container, not what its secrets hold.
    assert all("--force-recreate" in words for words in commands)
    reached = {word for words in commands for word in words if word in services}
    assert reached == set(OURS) - {"migrate"}


def test_nothing_but_nginx_has_a_port_in_the_world() -> None:
    assert {name for name, service in services.items() if "ports" in service} == {"nginx"}
    assert services["nginx"]["ports"] == ["80:8080", "443:8443"]


@pytest.mark.parametrize("service", sorted(services))
def test_a_container_is_confined(service: str) -> None:
    what = services[service]
    assert what["security_opt"] == ["no-new-privileges:true"]
    assert what["cap_drop"] == ["ALL"]
    assert what["read_only"] is True
    assert "privileged" not in what
    assert what["logging"]["options"] == {"max-size": "10m", "max-file": "5"}


@pytest.mark.parametrize("service", sorted(LONG_LIVED))
def test_what_shall_run_is_started_again(service: str) -> None:
    assert services[service]["restart"] == "unless-stopped"


@pytest.mark.parametrize("service", ["nginx", "web", "database", "valkey"])
def test_what_others_wait_for_tells_how_it_is(service: str) -> None:
    assert services[service]["healthcheck"]["test"]


@pytest.mark.parametrize("service", ["web", "worker"])
def test_it_can_be_started_any_number_of_times(service: str) -> None:
    assert not {"container_name", "hostname", "ports"} & set(services[service])


def test_each_web_container_is_found_by_nginx() -> None:
    upstreams = (CONFIGURATION / "machine/upstreams.conf").read_text()
    assert "server web:8000 resolve" in upstreams
    assert "resolver 127.0.0.11" in upstreams


def test_nothing_in_valkey_is_evicted_or_lost_with_its_process() -> None:
    command = " ".join(services["valkey"]["command"])
    assert "--maxmemory-policy noeviction" in command
    assert "--appendonly yes" in command
    assert services["valkey"]["volumes"] == ["valkey:/data"]


def test_secrets_are_files_named_like_their_settings() -> None:
    for name in services["web"]["secrets"]:
        assert name in Settings.model_fields
        assert compose["secrets"][name] == {"file": f"./secrets/{name}"}
    for name in OURS:
        given = set(services[name]["environment"])
        assert not {secret.upper() for secret in compose["secrets"]} & given, name


def test_what_an_operator_sets_besides_reaches_every_process() -> None:
    for name in OURS:
        assert services[name]["env_file"] == [{"path": ".env", "required": False}]


def test_no_secret_enters_git_or_an_image() -> None:
    assert {"secrets/", ".env"} <= set(Path(".gitignore").read_text().split())
    lines = [line for line in Path(".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert lines[0] == "*"
    allowed = {line[1:] for line in lines if line.startswith("!")}
    assert allowed == {
        "wsgi.py",
        "config.py",
        ".env.example",
        "imagegarden",
        "migrations",
        "nginx",
        "frontend",
        "requirements/base.txt",
    }


def test_every_variable_of_a_container_is_one_that_is_read() -> None:
    known = {name.upper() for name in Settings.model_fields}
    others = {"PROMETHEUS_MULTIPROC_DIR", "BACKUP_EVERY_SECONDS"}
    for name in OURS:
        given = {variable for variable in services[name]["environment"] if not variable.startswith("AWS_")}
        assert given - others <= known, name


def test_one_hop_is_believed_and_nginx_sets_what_it_says() -> None:
    assert services["web"]["environment"]["TRUSTED_PROXIES"] == "1"
    assert "X-Forwarded-For $remote_addr;" in (CONFIGURATION / "proxy.conf").read_text()
    everything = "".join(path.read_text() for path in CONFIGURATION.rglob("*.conf"))
    assert "$proxy_add_x_forwarded_for" not in everything
    assert not re.search(r"proxy_next_upstream[^;]*non_idempotent", everything)


def test_images_are_named_by_a_version() -> None:
    named = [*re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)]
    named += [service["image"] for service in services.values() if "build" not in service]
    for image in named:
        assert re.fullmatch(r"[a-z/]+:v?\d+\.\d+[\w.-]*", image), image
        assert "latest" not in image


@pytest.mark.parametrize("stage", ["site", "front"])
def test_what_runs_is_no_root_and_tells_how_it_is(stage: str) -> None:
    text = stages()[stage]
    assert re.findall(r"^USER (\S+)$", text, re.MULTILINE)[-1] in {"10001:10001", "101:101"}
    assert text.rindex("USER ") < text.rindex("CMD [")
    assert "HEALTHCHECK" in text


def test_packages_are_installed_against_their_hashes_and_never_compiled() -> None:
    assert "--require-hashes --only-binary=:all: -r /tmp/base.txt" in DOCKERFILE
    assert "COPY requirements/base.txt" in stages()["packages"]


def test_what_runs_has_neither_a_compiler_nor_node() -> None:
    for name in ("site", "front"):
        assert not re.search(r"build-essential|\bgcc\b|\bnpm\b|nodejs", stages()[name])
        assert not stages()[name].startswith("FROM node")


def test_the_image_knows_its_release() -> None:
    assert "ARG RELEASE" in stages()["site"]
    assert "RELEASE=$RELEASE" in stages()["site"]


def test_the_pipeline_checks_and_tests_by_the_same_commands_as_everybody() -> None:
    job = workflow["jobs"]["test"]
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.13"]
    assert {"make check", "make test"} <= {step.get("run") for step in job["steps"]}


def test_nothing_is_published_for_a_pull_request_or_before_all_has_passed() -> None:
    publish = workflow["jobs"]["publish"]
    assert set(publish["needs"]) == {"test", "stack"}
    assert "github.event_name == 'push'" in publish["if"]
    assert "refs/heads/main" in publish["if"]
    pushing = [
        name
        for name, job in workflow["jobs"].items()
        for step in job["steps"]
        if step.get("with", {}).get("push") or "secrets.DOCKER" in str(step)
    ]
    assert set(pushing) == {"publish"}


def test_images_are_published_by_commit_and_version_and_never_as_the_latest() -> None:
    names = next(step["with"] for step in workflow["jobs"]["publish"]["steps"] if step.get("id") == "names")
    assert names["flavor"] == "latest=false"
    assert names["tags"].split() == ["type=sha,format=long,prefix=", "type=semver,pattern={{version}}"]


def test_the_pipeline_may_only_read_and_its_actions_have_versions() -> None:
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"] <= 90
        for step in job["steps"]:
            assert re.fullmatch(r"[\w./-]+@(v\d+|[0-9a-f]{40})", step.get("uses", "a/b@v1"))


def test_every_secret_is_made_once_and_kept(tmp_path: Path) -> None:
    script = Path("deployment/make-secrets.sh").absolute()
    subprocess.run([str(script), "localhost"], cwd=tmp_path, check=True)
    made = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    assert set(made) == set(compose["secrets"])
    assert made["database_password"] in made["database_url"]
    assert made["valkey_password"] in made["redis_url"]
    subprocess.run([str(script), "localhost"], cwd=tmp_path, check=True)
    assert {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()} == made
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700


def test_without_the_program_that_makes_secrets_none_is_written(tmp_path: Path) -> None:
    script = Path("deployment/make-secrets.sh").absolute()
    for name in ("sh", "cat", "mkdir", "chmod"):
        (tmp_path / name).symlink_to(shutil.which(name) or name)
    command = [str(tmp_path / "sh"), str(script), "localhost"]
    done = subprocess.run(
        command, cwd=tmp_path, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "openssl" in done.stderr) == (1, True)
    assert not (tmp_path / "secrets").exists()


def test_nginx_refuses_programs_with_codes_that_the_site_has() -> None:
    text = (CONFIGURATION / "errors/programs.conf").read_text()
    problems = re.findall(r'"status":(\d+),"code":"(\w+)"', text)
    documented = {(str(one.status), one.code) for one in error_codes()}
    assert len(problems) == 3
    assert set(problems) <= documented
    openai = re.findall(r'"error":\{.*"code":"(\w+)"\}', text)
    assert set(openai) <= {code for _, code in documented} | {one.code for one in SHAPES.values()}

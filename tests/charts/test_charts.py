"""The charts as a whole: a function of the config, the same each time, for whichever account; and what is refused."""

import subprocess
import sys
from pathlib import Path

import cdk8s
import pytest
from pydantic import ValidationError

from charts.judge_chart import Target
from charts.main import synthesize
from charts.system import add_charts
from config.environments import DEV, CloudEnvironment
from config.topology import SERVICES
from tests.charts.manifests import Manifests, mounted_secrets

PROJECT = Path(__file__).resolve().parents[2]


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.yaml")}


def test_two_syntheses_are_the_same_to_the_byte(dist: Path, tmp_path: Path) -> None:
    synthesize(tmp_path)
    assert files(tmp_path) == files(dist)
    assert len(files(dist)) == 18


def test_the_account_is_in_every_image_role_and_queue_and_nowhere_else(dist: Path, tmp_path: Path) -> None:
    synthesize(tmp_path, account="123456789012")
    placeholder = {name: content.replace(b"123456789012", b"000000000000") for name, content in files(tmp_path).items()}
    assert placeholder == files(dist)
    assert b"000000000000" not in b"".join(files(tmp_path).values())


def test_a_secret_is_a_file_of_those_services_only_that_need_it(either: Manifests) -> None:
    mounted = {service.name: mounted_secrets(either.pod(service.name)) for service in SERVICES}
    assert {service: names for service, names in mounted.items() if names} == {
        "gateway-service": ["gateway-service-to-redis-service", "gateway-service-to-persistence-service"],
        "inference-service": ["inference-service-to-redis-service"],
        "judge-service": ["judge-service-to-redis-service", "judge-service-to-persistence-service"],
        "redis-service": [
            "redis-login",
            "gateway-service-to-redis-service",
            "inference-service-to-redis-service",
            "judge-service-to-redis-service",
        ],
        "persistence-service": [
            "mysql-login",
            "gateway-service-to-persistence-service",
            "judge-service-to-persistence-service",
        ],
    }


def test_a_credential_is_fetched_from_the_environments_own_secret(either: Manifests) -> None:
    spec = either.one("ExternalSecret", "mysql-login")["spec"]
    assert [entry["secretKey"] for entry in spec["data"]] == ["mysql-username", "mysql-password"]
    assert {entry["remoteRef"]["key"] for entry in spec["data"]} == {f"{either.environment.name}-llm-judge/mysql"}
    assert spec["target"]["deletionPolicy"] == "Retain"


def test_of_a_token_the_current_version_is_fetched_and_the_one_before_once_there_is_one(either: Manifests) -> None:
    spec = either.one("ExternalSecret", "judge-service-to-redis-service")["spec"]
    key = f"{either.environment.name}-llm-judge/callers/judge-service-to-redis-service"
    assert {entry["secretKey"]: entry["remoteRef"] for entry in spec["data"]} == {
        "judge-service-to-redis-service": {"key": key, "property": "token"},
        "judge-service-to-redis-service-previous": {"key": key, "property": "token", "version": "AWSPREVIOUS"},
    }
    # The operator takes a version that is missing for an error, unless this says that keys may be missing.
    assert spec["target"]["deletionPolicy"] == "Merge"


@pytest.mark.parametrize("account", ["", "12345", "12345678901x", "arn:aws:iam::123456789012:root"])
def test_an_account_that_is_none_is_refused_before_anything_is_written(account: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "charts.main"],
        cwd=PROJECT,
        env={"PATH": "/usr/bin:/bin", "AWS_ACCOUNT_ID": account, "CDK8S_OUTDIR": str(tmp_path / "dist")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.strip() == "error: AWS_ACCOUNT_ID is not an AWS account: it has 12 digits and nothing else"
    assert not (tmp_path / "dist").exists()


def refused(**changes: object) -> str:
    with pytest.raises(ValidationError) as error:
        CloudEnvironment.model_validate({**DEV.model_dump(), **changes})
    return str(error.value)


def test_a_load_balancer_that_would_cut_off_waiting_callers_is_refused() -> None:
    message = refused(public={"domain": "judge.example.org", "idle_timeout_seconds": 60})
    assert "public.idle_timeout_seconds must exceed limits.prefer_wait_max_seconds" in message


def test_a_load_balancer_that_would_use_connections_that_the_services_close_is_refused() -> None:
    message = refused(public={"domain": "judge.example.org", "idle_timeout_seconds": 130})
    assert "public.idle_timeout_seconds must be below 130" in message


def test_a_public_range_for_the_vpc_is_refused() -> None:
    assert "network.vpc_cidr 52.0.0.0/16 is public" in refused(network={"vpc_cidr": "52.0.0.0/16"})


@pytest.mark.parametrize("changes", [{"image_tag": "latest"}, {"ai_model": {"image_tag": "latest"}}])
def test_a_tag_that_moves_is_refused(changes: dict[str, object]) -> None:
    assert "image_tag must name one version" in refused(**changes)


def test_a_new_version_of_the_services_moves_the_model_not_at_all() -> None:
    charts = add_charts(
        cdk8s.App(), Target(environment=DEV.model_copy(update={"image_tag": "9.9.9"}), account="1" * 12)
    )
    images = [
        each["spec"]["template"]["spec"]["containers"][0]["image"]
        for chart in charts
        for each in chart.to_json()
        if each["kind"] == "Deployment"
    ]
    assert {image.rpartition("/")[2] for image in images} == {
        *(f"{name}-service:9.9.9" for name in ("gateway", "redis", "persistence", "inference", "judge")),
        f"ai-model-service:{DEV.ai_model.image_tag}",
    }


def test_a_domain_that_is_none_is_refused() -> None:
    assert "public.domain" in refused(public={"domain": "https://judge.example.org/"})


def test_fewer_pods_at_most_than_at_least_are_refused() -> None:
    workloads = DEV.workloads.model_dump()
    workloads["judge"]["min_replicas"] = 9
    assert "min_replicas 9 is above max_replicas 4" in refused(workloads=workloads)


def test_a_certificate_of_the_config_is_the_load_balancers() -> None:
    arn = "arn:aws:acm:us-east-1:123456789012:certificate/1234"
    public = DEV.public.model_copy(update={"certificate_arn": arn})
    charts = add_charts(cdk8s.App(), Target(environment=DEV.model_copy(update={"public": public}), account="1" * 12))
    (ingress,) = [each for chart in charts for each in chart.to_json() if each["kind"] == "Ingress"]
    assert ingress["metadata"]["annotations"]["alb.ingress.kubernetes.io/certificate-arn"] == arn

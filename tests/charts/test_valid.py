"""Every manifest is one that its API server takes, with no field that it does not know.

Kubernetes' own kinds in the versions of the diagram and of the default, the add-ons' kinds against models of them.
"""

from pathlib import Path

import kubernetes_validate
import pytest

from config.versions import CURRENT, DIAGRAM
from tests.charts.add_on_kinds import complaint, is_of_an_add_on
from tests.charts.changed import changed
from tests.charts.manifests import Manifest, Manifests

VERSIONS = (DIAGRAM.kubernetes, CURRENT.kubernetes)


def of_kubernetes(manifests: Manifests) -> list[Manifest]:
    return [each for listed in manifests.by_file.values() for each in listed if not is_of_an_add_on(each)]


def of_the_add_ons(manifests: Manifests) -> list[Manifest]:
    return [each for listed in manifests.by_file.values() for each in listed if is_of_an_add_on(each)]


@pytest.mark.parametrize("version", VERSIONS)
def test_kubernetes_knows_every_kind_and_every_field(either: Manifests, version: str) -> None:
    for manifest in of_kubernetes(either):
        # The version that was checked: the package takes an older one where it has not this.
        assert kubernetes_validate.validate(manifest, version, strict=True) == version


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("path", "value", "refusal"),
    [
        ("spec.template.spec.containers.0.readOnlyRootFilesystem", True, "Additional properties are not allowed"),
        ("spec.template.spec.terminationGracePeriodSeconds", "180", "is not of type 'integer'"),
        ("spec.template.spec.containers.0", {"image": "judge:0.1.0"}, "'name' is a required property"),
    ],
)
def test_a_mistake_in_a_deployment_is_refused(
    dev: Manifests, version: str, path: str, value: object, refusal: str
) -> None:
    mistaken = changed(dev.one("Deployment", "gateway-service"), path, value)
    with pytest.raises(kubernetes_validate.ValidationError, match=refusal):
        kubernetes_validate.validate(mistaken, version, strict=True)


def test_a_kind_that_nobody_knows_is_refused(dev: Manifests) -> None:
    unknown = changed(dev.one("HorizontalPodAutoscaler", "gateway-service"), "apiVersion", "autoscaling/v2beta2")
    with pytest.raises(kubernetes_validate.SchemaNotFoundError):
        kubernetes_validate.validate(unknown, DIAGRAM.kubernetes, strict=True)


def test_the_add_ons_know_every_field_of_their_objects(either: Manifests, tmp_path: Path) -> None:
    objects = of_the_add_ons(either)
    assert {each["kind"] for each in objects} == {
        "ExternalSecret",
        "ScaledObject",
        "SecretStore",
        "TriggerAuthentication",
    }
    assert complaint(objects, tmp_path) == ""


@pytest.mark.parametrize(
    ("kind", "path", "value", "refusal"),
    [
        ("ExternalSecret", "spec.data.0.remoteRef", {"property": "username"}, "'\"key\"' is missing"),
        ("ScaledObject", "spec.minReplicas", 1, "'\"minReplicas\"' does not exist"),
        ("SecretStore", "spec.provider.aws.service", "SecretManager", "is not assignable to type"),
        ("TriggerAuthentication", "spec.podIdentity.provider", "aws-role", "provider must be equal to one of"),
    ],
)
def test_a_mistake_in_an_object_of_an_add_on_is_refused(
    dev: Manifests, tmp_path: Path, kind: str, path: str, value: object, refusal: str
) -> None:
    mistaken = changed(dev.all(kind)[0], path, value)
    assert refusal in complaint([mistaken], tmp_path)

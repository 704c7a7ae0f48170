"""What the comment on a pull request says of two folders of templates, and what is refused."""

from pathlib import Path

import pytest

from tests.tools.node_packages import needs_node_packages
from tests.tools.template_folders import SHOP, Resources, reported, with_properties, without
from tools.template_diff.comment import MARKER, comment
from tools.template_diff.programs import Failed
from tools.template_diff.stateful import LABEL

pytestmark = needs_node_packages

REFUSED_CHANGES: dict[str, tuple[Resources, str]] = {
    "a replaced database": (
        with_properties(SHOP, "Database", Port="3307"),
        "- AWS::RDS::DBInstance **will be replaced**: `Shop/MySql/Resource` (because of Port). Lost with it: the",
    ),
    "a database that may be replaced": (
        with_properties(SHOP, "Database", MultiAZ=True),
        "- AWS::RDS::DBInstance **may be replaced**: `Shop/MySql/Resource` (because of MultiAZ). ",
    ),
    "a renamed queue": (
        with_properties(SHOP, "Queue", QueueName="purchases"),
        "- AWS::SQS::Queue **will be replaced**: `Queue` (because of QueueName). ",
    ),
    "a removed queue": (without(SHOP, "Queue"), "- AWS::SQS::Queue **will be deleted**: `Queue`. "),
    "a subnet of a replaced network": (
        with_properties(SHOP, "Network", CidrBlock="10.1.0.0/16"),
        "- AWS::EC2::Subnet **will be replaced**: `Subnet` (because of VpcId). ",
    ),
}


def test_the_same_templates_say_no_changes(tmp_path: Path) -> None:
    report = reported(tmp_path, {"Shop": SHOP, "Other": SHOP}, {"Shop": SHOP, "Other": SHOP})
    assert comment(report).splitlines()[:2] == [
        MARKER,
        "### No changes: the templates of all 2 stacks are the same",
    ]
    assert not report.refused


def test_each_stack_counts_what_is_added_changed_replaced_and_removed(tmp_path: Path) -> None:
    head: Resources = {**without(SHOP, "Alarm"), "Topic": {"Type": "AWS::SNS::Topic", "Properties": {}}}
    head = with_properties(head, "Database", AllocatedStorage="40")
    head = with_properties(head, "Queue", QueueName="purchases")
    report = reported(tmp_path, {"Shop": SHOP, "Other": SHOP}, {"Shop": head, "Other": SHOP})
    text = comment(report)
    assert "### Changes in 1 of 2 stacks: 1 added, 1 changed, 1 replaced, 1 removed" in text
    assert "| Shop | 1 | 1 | **1** | **1** | **loses data** |" in text
    assert "| Other |" not in text


def test_the_diff_of_a_stack_is_what_cdk_diff_prints(tmp_path: Path) -> None:
    text = comment(reported(tmp_path, {"Shop": SHOP}, {"Shop": with_properties(SHOP, "Database", Port="3307")}))
    assert "<details><summary>Shop</summary>" in text
    assert " └─ [~] Port (requires replacement)\n     ├─ [-] 3306\n     └─ [+] 3307" in text


@pytest.mark.parametrize("change", REFUSED_CHANGES)
def test_what_would_lose_data_is_refused_with_its_reason(tmp_path: Path, change: str) -> None:
    head, line = REFUSED_CHANGES[change]
    report = reported(tmp_path, {"Shop": SHOP}, {"Shop": head})
    assert report.refused
    assert line in comment(report)
    assert f"set the label `{LABEL}`" in comment(report)


def test_the_label_allows_a_loss_that_the_comment_still_names(tmp_path: Path) -> None:
    head = with_properties(SHOP, "Database", Port="3307")
    report = reported(tmp_path, {"Shop": SHOP}, {"Shop": head}, label_is_set=True)
    assert not report.refused
    assert f"**Allowed by the label `{LABEL}`**" in comment(report)
    assert "AWS::RDS::DBInstance **will be replaced**" in comment(report)


def test_a_replacement_that_loses_nothing_is_marked_and_allowed(tmp_path: Path) -> None:
    report = reported(tmp_path, {"Shop": SHOP}, {"Shop": with_properties(SHOP, "Alarm", AlarmName="nearly full")})
    assert not report.refused
    assert "| Shop | 0 | 0 | **1** | 0 |  |" in comment(report)
    assert "- AWS::CloudWatch::Alarm **will be replaced**: `Alarm` (because of AlarmName)" in comment(report)


def test_a_retained_database_that_leaves_the_stack_is_refused(tmp_path: Path) -> None:
    base = {**SHOP, "Database": {**SHOP["Database"], "DeletionPolicy": "Retain"}}
    report = reported(tmp_path, {"Shop": base}, {"Shop": without(base, "Database")})
    assert report.refused
    assert "AWS::RDS::DBInstance **will be left behind in the account, used by nothing**" in comment(report)


def test_sealing_keys_may_change_their_settings_but_not_go(tmp_path: Path) -> None:
    properties = {"ServiceToken": "arn", "EPOCH_SECONDS": "86400"}
    base: Resources = {**SHOP, "Keys": {"Type": "Custom::SealingKeys", "Properties": properties}}
    head = with_properties(base, "Keys", EPOCH_SECONDS="7200")
    assert not reported(tmp_path / "setting", {"Data": base}, {"Data": head}).refused
    report = reported(tmp_path / "gone", {"Data": base}, {"Data": without(base, "Keys")})
    assert report.refused
    assert "Custom::SealingKeys **will be deleted**" in comment(report)


def test_a_new_stack_is_allowed_and_one_that_is_gone_is_refused(tmp_path: Path) -> None:
    added = reported(tmp_path / "added", {}, {"Shop": SHOP})
    assert not added.refused
    assert "| Shop | 5 | 0 | 0 | 0 | new stack |" in comment(added)
    gone = reported(tmp_path / "gone", {"Shop": SHOP}, {})
    assert gone.refused
    assert "| Shop | 0 | 0 | 0 | **5** | **loses data**, **stack is gone** |" in comment(gone)
    assert "AWS::RDS::DBInstance **is in a stack that the app no longer has**" in comment(gone)


def test_wider_permissions_and_open_ports_are_marked(tmp_path: Path) -> None:
    statement = {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}
    policy = {"PolicyName": "p", "Roles": ["r"], "PolicyDocument": {"Statement": [statement]}}
    door = {"GroupId": "sg-1", "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0"}
    head = {
        **SHOP,
        "Policy": {"Type": "AWS::IAM::Policy", "Properties": policy},
        "Door": {"Type": "AWS::EC2::SecurityGroupIngress", "Properties": door},
    }
    text = comment(reported(tmp_path, {"Shop": SHOP}, {"Shop": head}))
    assert "| Shop | 2 | 0 | 0 | 0 | IAM, security groups, **wider access** |" in text
    assert "IAM Statement Changes" in text
    assert "Security Group Changes" in text


def test_the_traces_that_a_version_of_the_cdk_leaves_are_no_change(tmp_path: Path) -> None:
    base = {**SHOP, "Trace": {"Type": "AWS::CDK::Metadata", "Properties": {"Analytics": "v1"}}}
    head = {**SHOP, "Trace": {"Type": "AWS::CDK::Metadata", "Properties": {"Analytics": "v2"}}}
    assert "No changes" in comment(reported(tmp_path, {"Shop": base}, {"Shop": head}))


def test_no_text_of_a_template_ends_its_block(tmp_path: Path) -> None:
    head = with_properties(SHOP, "Alarm", AlarmDescription="````\n<script>\n````")
    text = comment(reported(tmp_path, {"Shop": SHOP}, {"Shop": head}))
    fences = [line for line in text.splitlines() if line.startswith("`") and not line.strip("`")]
    assert fences == ["`````", "````", "`````"]


def test_a_template_that_cannot_be_read_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base/Shop.template.json").write_text("{")
    with pytest.raises(Failed, match="the templates could not be compared") as failed:
        reported(tmp_path, {}, {"Shop": SHOP})
    assert "JSON" in failed.value.output
    assert len(failed.value.output.splitlines()) == 1

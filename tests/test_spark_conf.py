"""The files of conf/spark: what Spark understands, with the values of our own session; and the pods of Kubernetes."""

import re
import subprocess
import tomllib
from importlib.metadata import version
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from tubelake import session, settings

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "conf/spark").glob("*.conf"))
# Yours, or of the place where the session runs.
OF_THE_PLACE = {"spark.sql.shuffle.partitions", "spark.jars.ivySettings"}
# The folder of tables without an address: TubeLake has none, and its own value is a folder of the user.
MAY_LACK = {"spark.sql.warehouse.dir", "spark.ui.enabled"}
# On Kubernetes the address is on the command line, and the jars are in the image.
ELSEWHERE = {"kubernetes": {"spark.master", "spark.jars.packages", "spark.jars.excludes", "spark.jars.ivySettings"}}
ONE_MACHINE = {"local", "connect"}
# Where Spark and Delta declare what may be set; each is registered once its class is loaded.
DECLARED_BY = (
    "org.apache.spark.internal.config.package$", "org.apache.spark.internal.config.UI$",
    "org.apache.spark.sql.internal.SQLConf$", "org.apache.spark.sql.internal.StaticSQLConf$",
    "org.apache.spark.deploy.yarn.config.package$", "org.apache.spark.deploy.k8s.Config$",
    "org.apache.spark.sql.delta.sources.DeltaSQLConf$",
)  # fmt: skip
# What Spark reads itself, or by a name that has a part of the user's in it.
OPEN = (
    r"spark\.(master|app\.name|jars\.(packages|excludes|ivySettings)|submit\.deployMode)",
    r"spark\.connect\.grpc\.binding\.(address|port)",
    r"spark\.(executor|task|driver)\.resource\.gpu\.(amount|discoveryScript|vendor)",
    r"spark\.kubernetes\.driver\.secretKeyRef\.[A-Z_]+",
    r"spark\.kubernetes\.(driver|executor)\.volumes\.persistentVolumeClaim\.\w+\.(mount\.path|options\.claimName)",
    r"spark\.sql\.catalog\.\w+",
    r"spark\.delta\.logStore\.\w+\.impl",
    r"spark\.sql\.streaming\.checkpointFileManagerClass",
)


def values(file: Path) -> dict[str, str]:
    lines = file.read_text(encoding="utf-8").splitlines()
    pairs = [line.split(None, 1) for line in lines if line and not line.startswith("#")]
    return {name: value.replace("\\\\", "\\") for name, value in pairs}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_values_are_those_of_our_own_session(monkeypatch, file):
    line = "4.1" if file.stem == "connect" else "3.5"
    if not version("pyspark").startswith(line):
        pytest.skip(f"the file names the jars of Spark {line}")
    monkeypatch.setattr(session, "known_jars", lambda spark: [])
    given = values(file)
    master = None if file.stem in ONE_MACHINE else given.get("spark.master", "k8s://a")
    ours = session.session_conf(settings.Spark(master=master))
    shared = (given.keys() & ours.keys()) - OF_THE_PLACE
    assert {name: given[name] for name in shared} == {name: ours[name] for name in shared}
    elsewhere = ELSEWHERE.get(file.stem, set())
    assert ours.keys() - given.keys() <= MAY_LACK | elsewhere
    assert not elsewhere & given.keys()
    assert elsewhere or (ROOT / given["spark.jars.ivySettings"]).is_file()


@pytest.fixture(scope="module")
def is_known(spark):
    """Whether Spark or Delta has declared a setting of this name."""
    jvm = spark._jvm
    loader = jvm.java.lang.Thread.currentThread().getContextClassLoader()
    for name in DECLARED_BY:
        jvm.java.lang.Class.forName(name, True, loader)
    return lambda name: jvm.org.apache.spark.internal.config.ConfigEntry.findEntry(name) is not None


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_spark_reads_the_file_as_we_do_and_knows_every_name(spark, is_known, file):
    given = values(file)
    read = spark._jvm.org.apache.spark.util.Utils.getPropertiesFromFile(str(file))
    assert {name: read.apply(name) for name in given} == given
    assert [name for name in given if not is_known(name) and not any(re.fullmatch(each, name) for each in OPEN)] == []


def test_a_name_that_nobody_declared_would_be_found(is_known):
    assert is_known("spark.executor.memory")
    assert not is_known("spark.executor.memry")
    assert not is_known("spark.databricks.delta.snapshotPartition")


@pytest.mark.parametrize("version", ["1.29", "1.33"])
def test_kubernetes_understands_the_pod_template(version):
    pod = yaml.safe_load((ROOT / "conf/kubernetes/pod.yml").read_text(encoding="utf-8"))
    kubernetes_validate.validate(pod, version, strict=True)
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate({**pod, "spec": {**pod["spec"], "contaners": []}}, version, strict=True)


def test_the_files_name_each_other_rightly():
    given = values(ROOT / "conf/spark/kubernetes.conf")
    for name, value in given.items():
        if name.endswith("podTemplateFile"):
            assert (ROOT / value).is_file()
    docker = (ROOT / "conf/kubernetes/Dockerfile").read_text(encoding="utf-8")
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    spark = next(each for each in declared["optional-dependencies"]["spark35"] if each.startswith("pyspark"))
    assert f"FROM apache/spark:{spark.partition('==')[2]}-" in docker
    assert given["spark.kubernetes.container.image"].endswith(f":{declared['version']}")
    for line in re.findall(r"^COPY (.*)$", docker, re.MULTILINE):
        assert all((ROOT / source).exists() for source in line.split()[:-1])
    extras = re.search(r'EXTRAS="([^"]+)"', docker)[1].split()
    assert set(extras) <= declared["optional-dependencies"].keys()


def test_the_script_names_gpus_as_spark_reads_them(tmp_path, spark):
    """Against an nvidia-smi that says what it says on a machine with two."""
    fake = tmp_path / "nvidia-smi"
    fake.write_text("#!/bin/sh\nprintf '0\\n1\\n'\n")
    fake.chmod(0o755)
    script = ROOT / "conf/spark/discover_gpus.sh"
    said = subprocess.run(
        [script], env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, capture_output=True, text=True, check=True
    )
    found = spark._jvm.org.apache.spark.resource.ResourceInformation.parseJson(said.stdout)
    assert (found.name(), list(found.addresses())) == ("gpu", ["0", "1"])

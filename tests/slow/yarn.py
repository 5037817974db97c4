"""YARN on this machine: the cluster that Hadoop makes for its own tests, of one JVM; containers are processes."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil
from py4j.java_gateway import GatewayParameters, JavaGateway
from tests.slow.cluster import SPARK_SUBMIT, START_SECONDS, conf, daemon, wait_for

from tubelake import jvm, resources

# Of the version that Spark has. Hadoop's tests find Bouncy Castle on their own path.
_JARS = f"org.apache.hadoop:hadoop-client-minicluster:{jvm.hadoop_version()},org.bouncycastle:bcpkix-jdk15on:1.70"
_SERVER = conf({
    "spark.jars.ivySettings": resources.path("conf") / "ivysettings.xml",
    # One loader for all of Hadoop: classes of a package do not see each other across two.
    "spark.driver.userClassPathFirst": "true",
    "spark.driver.memory": "512m",
    # A node unpacks an environment of 13,000 files, and starts `chmod` for each: Hadoop's native library is not on Maven.
    "spark.driver.extraJavaOptions": "-Djdk.lang.Process.launchMechanism=VFORK",
})  # fmt: skip
_YARN = {
    "yarn.scheduler.capacity.root.queues": "default",
    "yarn.scheduler.capacity.root.default.capacity": "100",
    "yarn.scheduler.minimum-allocation-mb": "128",
    # A node whose disk is nine tenths full takes no containers.
    "yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage": "100",
    "yarn.nodemanager.vmem-check-enabled": "false",
}


@contextmanager
def yarn(home: Path, megabytes: int, nodes: int = 2) -> Iterator[Path]:
    """The HADOOP_CONF_DIR of a YARN whose nodes have so much memory each. Containers end with their driver."""
    server = [SPARK_SUBMIT, "--master", "local", "--packages", _JARS, *_SERVER, "--class", "py4j.GatewayServer"]
    with daemon([*server, "spark-internal", "0"], home) as process:
        port = wait_for(r"(?m)^(\d+)\n", home, process)
        gateway = JavaGateway(gateway_parameters=GatewayParameters(port=int(port)))
        own = {
            "yarn.minicluster.yarn.nodemanager.resource.memory-mb": str(megabytes),
            "yarn.nodemanager.admin-env": f"JAVA_HOME={gateway.jvm.System.getProperty('java.home')}",
        }
        try:
            cluster = gateway.jvm.org.apache.hadoop.yarn.server.MiniYARNCluster("yarn", nodes, 1, 1)
            cluster.init(configuration(gateway, _YARN | own))
            cluster.start()
            assert cluster.waitForNodeManagersToConnect(START_SECONDS * 1_000)
            (home / "conf").mkdir()
            with_ports = gateway.jvm.java.io.FileOutputStream(str(home / "conf" / "yarn-site.xml"))
            cluster.getConfig().writeXml(with_ports)
            with_ports.close()
            yield home / "conf"
        finally:
            gateway.shutdown()


def configuration(gateway: JavaGateway, values: Mapping[str, str]) -> object:
    made = gateway.jvm.org.apache.hadoop.yarn.conf.YarnConfiguration()
    for name, value in values.items():
        made.set(name, value)
    return made


def python_daemons(home: Path) -> dict[int, tuple[str, str]]:
    """By process id: the interpreter of each Python daemon of an executor that runs now, and its node."""
    processes = [process.info for process in psutil.process_iter(["pid", "cmdline", "cwd"])]
    return {
        each["pid"]: (each["cmdline"][0], node[1])
        for each in processes
        if "pyspark.daemon" in (each["cmdline"] or ())
        and (node := re.match(rf"{re.escape(str(home))}/.*/yarn-localDir-(nm-\d+)", each["cwd"] or ""))
    }

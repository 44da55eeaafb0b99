"""A Ray cluster of two nodes on this machine, of one CPU each, for tests.

Prints its address; a line on the standard input kills the second node as a power cut would, and
the end of the input ends the cluster.
"""

import sys

from ray.cluster_utils import Cluster

# A lost node is noticed within seconds rather than half a minute.
_CONFIG = {
    "health_check_initial_delay_ms": 1000,
    "health_check_period_ms": 1000,
    "health_check_failure_threshold": 3,
}


def main():
    head = {
        "num_cpus": 1,
        "node_ip_address": "127.0.0.1",
        "_system_config": _CONFIG,
        "object_store_memory": 100 * 2**20,
    }
    cluster = Cluster(initialize_head=True, head_node_args=head)
    node = cluster.add_node(
        num_cpus=1, node_ip_address="127.0.0.1", object_store_memory=100 * 2**20
    )
    cluster.wait_for_nodes()
    print(f"address {cluster.address}", flush=True)
    for _ in sys.stdin:
        cluster.remove_node(node, allow_graceful=False)
        print("killed", flush=True)
    cluster.shutdown()


if __name__ == "__main__":
    main()

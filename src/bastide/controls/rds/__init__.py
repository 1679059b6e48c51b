"""Controls about Amazon RDS and Aurora: instances, clusters, snapshots, proxies and event subscriptions."""

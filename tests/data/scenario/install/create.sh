#!/bin/sh
# What a team runs for a new cluster: the cluster, its CNI, its applications.
set -e
VERSION=1.15.0
az aks create -g shop -n shop --network-plugin none --pod-cidr 10.244.0.0/16 --node-count 3
helm repo add cilium https://helm.cilium.io/
helm upgrade --install cilium cilium/cilium --version "$VERSION" --namespace kube-system \
  --values values.yaml --set hubble.enabled=true,ipam.operator.clusterPoolIPv4PodCIDRList={10.244.0.0/16} --wait
kubectl -n kube-system rollout status ds/cilium
kubectl apply -f manifests/

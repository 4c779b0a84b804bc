#!/bin/sh
# An AKS cluster without a network plugin: pods get addresses once Cilium, Calico or Flannel is installed.
set -e

az aks create \
  --resource-group shop \
  --name shop-byocni \
  --kubernetes-version 1.30 \
  --network-plugin none \
  --pod-cidr 10.244.0.0/16 \
  --service-cidr 10.0.0.0/16 \
  --dns-service-ip 10.0.0.10 \
  --nodepool-name system \
  --node-vm-size Standard_D4s_v5 \
  --node-count 3 \
  --generate-ssh-keys

# Where the shop runs.
az aks nodepool add --resource-group shop --cluster-name shop-byocni --name apps \
  --node-vm-size Standard_D8s_v5 --node-count 14 --max-pods 60 --zones 1 2 3 --max-surge 33%

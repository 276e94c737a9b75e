// The labs inside the program: a line here for each file of fixtures/labs (a test compares them).

import afterReboot from "../../fixtures/labs/after-reboot.yaml" with { type: "text" };
import autoscaling from "../../fixtures/labs/autoscaling.yaml" with { type: "text" };
import backupAndRecovery from "../../fixtures/labs/backup-and-recovery.yaml" with { type: "text" };
import bootAndVnc from "../../fixtures/labs/boot-and-vnc.yaml" with { type: "text" };
import centralLogs from "../../fixtures/labs/central-logs.yaml" with { type: "text" };
import cliImages from "../../fixtures/labs/cli-images.yaml" with { type: "text" };
import cliLaunch from "../../fixtures/labs/cli-launch.yaml" with { type: "text" };
import cliManage from "../../fixtures/labs/cli-manage.yaml" with { type: "text" };
import cliSetup from "../../fixtures/labs/cli-setup.yaml" with { type: "text" };
import coldStart from "../../fixtures/labs/cold-start.yaml" with { type: "text" };
import computeFailure from "../../fixtures/labs/compute-failure.yaml" with { type: "text" };
import computeMaintenance from "../../fixtures/labs/compute-maintenance.yaml" with { type: "text" };
import computeReboot from "../../fixtures/labs/compute-reboot.yaml" with { type: "text" };
import configDrive from "../../fixtures/labs/config-drive.yaml" with { type: "text" };
import consistentSnapshot from "../../fixtures/labs/consistent-snapshot.yaml" with { type: "text" };
import controllerIcehouse from "../../fixtures/labs/controller-icehouse.yaml" with { type: "text" };
import controllerMaintenance from "../../fixtures/labs/controller-maintenance.yaml" with { type: "text" };
import dashboardAccess from "../../fixtures/labs/dashboard-access.yaml" with { type: "text" };
import dashboardImages from "../../fixtures/labs/dashboard-images.yaml" with { type: "text" };
import dashboardLaunch from "../../fixtures/labs/dashboard-launch.yaml" with { type: "text" };
import dashboardNetworks from "../../fixtures/labs/dashboard-networks.yaml" with { type: "text" };
import deadDisk from "../../fixtures/labs/dead-disk.yaml" with { type: "text" };
import dnsFailure from "../../fixtures/labs/dns-failure.yaml" with { type: "text" };
import firstInstance from "../../fixtures/labs/first-instance.yaml" with { type: "text" };
import firstWorkload from "../../fixtures/labs/first-workload.yaml" with { type: "text" };
import ghostAddress from "../../fixtures/labs/ghost-address.yaml" with { type: "text" };
import heat from "../../fixtures/labs/heat.yaml" with { type: "text" };
import icehouseNodes from "../../fixtures/labs/icehouse-nodes.yaml" with { type: "text" };
import icmpTrace from "../../fixtures/labs/icmp-trace.yaml" with { type: "text" };
import installWalkthrough from "../../fixtures/labs/install-walkthrough.yaml" with { type: "text" };
import interfaceAndPath from "../../fixtures/labs/interface-and-path.yaml" with { type: "text" };
import ipScheduler from "../../fixtures/labs/ip-scheduler.yaml" with { type: "text" };
import ipWhitelist from "../../fixtures/labs/ip-whitelist.yaml" with { type: "text" };
import layOfTheLand from "../../fixtures/labs/lay-of-the-land.yaml" with { type: "text" };
import logCraft from "../../fixtures/labs/log-craft.yaml" with { type: "text" };
import monitoring from "../../fixtures/labs/monitoring.yaml" with { type: "text" };
import neutronCli from "../../fixtures/labs/neutron-cli.yaml" with { type: "text" };
import noLease from "../../fixtures/labs/no-lease.yaml" with { type: "text" };
import novaVerification from "../../fixtures/labs/nova-verification.yaml" with { type: "text" };
import projectsAndQuotas from "../../fixtures/labs/projects-and-quotas.yaml" with { type: "text" };
import sdkScripts from "../../fixtures/labs/sdk-scripts.yaml" with { type: "text" };
import storageNode from "../../fixtures/labs/storage-node.yaml" with { type: "text" };
import swiftCli from "../../fixtures/labs/swift-cli.yaml" with { type: "text" };
import troubleshooting from "../../fixtures/labs/troubleshooting.yaml" with { type: "text" };
import userTour from "../../fixtures/labs/user-tour.yaml" with { type: "text" };
import virtualNetworks from "../../fixtures/labs/virtual-networks.yaml" with { type: "text" };
import volumesAfterCrash from "../../fixtures/labs/volumes-after-crash.yaml" with { type: "text" };
import volumesCli from "../../fixtures/labs/volumes-cli.yaml" with { type: "text" };
import warStories from "../../fixtures/labs/war-stories.yaml" with { type: "text" };
import whichComponent from "../../fixtures/labs/which-component.yaml" with { type: "text" };

/** Name → the text of its file. */
export const OWN_LABS: Readonly<Record<string, string>> = {
  "after-reboot": afterReboot,
  autoscaling,
  "backup-and-recovery": backupAndRecovery,
  "boot-and-vnc": bootAndVnc,
  "central-logs": centralLogs,
  "cli-images": cliImages,
  "cli-launch": cliLaunch,
  "cli-manage": cliManage,
  "cli-setup": cliSetup,
  "cold-start": coldStart,
  "compute-failure": computeFailure,
  "compute-maintenance": computeMaintenance,
  "compute-reboot": computeReboot,
  "config-drive": configDrive,
  "consistent-snapshot": consistentSnapshot,
  "controller-icehouse": controllerIcehouse,
  "controller-maintenance": controllerMaintenance,
  "dashboard-access": dashboardAccess,
  "dashboard-images": dashboardImages,
  "dashboard-launch": dashboardLaunch,
  "dashboard-networks": dashboardNetworks,
  "dead-disk": deadDisk,
  "dns-failure": dnsFailure,
  "first-instance": firstInstance,
  "first-workload": firstWorkload,
  "ghost-address": ghostAddress,
  heat,
  "icehouse-nodes": icehouseNodes,
  "icmp-trace": icmpTrace,
  "install-walkthrough": installWalkthrough,
  "interface-and-path": interfaceAndPath,
  "ip-scheduler": ipScheduler,
  "ip-whitelist": ipWhitelist,
  "lay-of-the-land": layOfTheLand,
  "log-craft": logCraft,
  monitoring,
  "neutron-cli": neutronCli,
  "no-lease": noLease,
  "nova-verification": novaVerification,
  "projects-and-quotas": projectsAndQuotas,
  "sdk-scripts": sdkScripts,
  "storage-node": storageNode,
  "swift-cli": swiftCli,
  troubleshooting,
  "user-tour": userTour,
  "virtual-networks": virtualNetworks,
  "volumes-after-crash": volumesAfterCrash,
  "volumes-cli": volumesCli,
  "war-stories": warStories,
  "which-component": whichComponent,
};

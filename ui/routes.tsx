// Every page: its address, its place in the navigation, and who sees it. Addresses are Horizon's where it has the page.

import type { ComponentChildren } from "preact";
import type { Session } from "../src/dashboard/wire.ts";
import { COMPUTE, IMAGE, NETWORK, OBJECTS, offers, VOLUME } from "./core/catalog.ts";
import { FlavorsPage } from "./pages/admin/flavors.tsx";
import { HypervisorsPage } from "./pages/admin/hypervisors.tsx";
import { LogsPage } from "./pages/admin/logs.tsx";
import { ProjectsPage } from "./pages/admin/projects.tsx";
import { ServicesPage } from "./pages/admin/services.tsx";
import { UsersPage } from "./pages/admin/users.tsx";
import { ApiAccessPage } from "./pages/api-access.tsx";
import { ContainersPage } from "./pages/containers.tsx";
import { ImagesPage } from "./pages/images.tsx";
import { InstancePage } from "./pages/instances/detail.tsx";
import { InstancesPage } from "./pages/instances/list.tsx";
import { KeyPairsPage } from "./pages/key-pairs.tsx";
import { FloatingIpsPage } from "./pages/network/floating-ips.tsx";
import { NetworksPage } from "./pages/network/networks.tsx";
import { SecurityGroupPage } from "./pages/network/security-group.tsx";
import { SecurityGroupsPage } from "./pages/network/security-groups.tsx";
import { ObjectsPage } from "./pages/objects.tsx";
import { OverviewPage } from "./pages/overview.tsx";
import { VolumesPage } from "./pages/volumes/page.tsx";

export const LOGIN = "/auth/login";
export const HOME = "/project";

export interface PageRoute {
  path: string;
  draw(parameters: Record<string, string>): ComponentChildren;
  /** Absent for pages that are reached from another one. */
  nav?: { group: "Project" | "Network" | "Cloud" | "Identity"; label: string };
  /** Catalog types of which one must be there. */
  needs?: readonly string[];
  admin?: boolean;
}

export const routes: readonly PageRoute[] = [
  { path: "/project", draw: () => <OverviewPage />, nav: { group: "Project", label: "Overview" } },
  {
    path: "/project/instances",
    draw: () => <InstancesPage everybody={false} />,
    nav: { group: "Project", label: "Instances" },
    needs: COMPUTE,
  },
  { path: "/project/instances/:id", draw: ({ id }) => <InstancePage id={id!} />, needs: COMPUTE },
  {
    path: "/project/volumes",
    draw: () => <VolumesPage everybody={false} />,
    nav: { group: "Project", label: "Volumes" },
    needs: VOLUME,
  },
  {
    path: "/project/images",
    draw: () => <ImagesPage />,
    nav: { group: "Project", label: "Images" },
    needs: IMAGE,
  },
  {
    path: "/project/key_pairs",
    draw: () => <KeyPairsPage />,
    nav: { group: "Project", label: "Key Pairs" },
    needs: COMPUTE,
  },
  {
    path: "/project/containers",
    draw: () => <ContainersPage />,
    nav: { group: "Project", label: "Containers" },
    needs: OBJECTS,
  },
  {
    path: "/project/containers/:container",
    draw: ({ container }) => <ObjectsPage container={container!} />,
    needs: OBJECTS,
  },
  {
    path: "/project/api_access",
    draw: () => <ApiAccessPage />,
    nav: { group: "Project", label: "API Access" },
  },
  {
    path: "/project/networks",
    draw: () => <NetworksPage />,
    nav: { group: "Network", label: "Networks" },
    needs: NETWORK,
  },
  {
    path: "/project/security_groups",
    draw: () => <SecurityGroupsPage />,
    nav: { group: "Network", label: "Security Groups" },
    needs: NETWORK,
  },
  {
    path: "/project/security_groups/:id",
    draw: ({ id }) => <SecurityGroupPage id={id!} />,
    needs: NETWORK,
  },
  {
    path: "/project/floating_ips",
    draw: () => <FloatingIpsPage />,
    nav: { group: "Network", label: "Floating IPs" },
    needs: NETWORK,
  },
  {
    path: "/admin/services",
    draw: () => <ServicesPage />,
    nav: { group: "Cloud", label: "Services" },
    admin: true,
  },
  { path: "/admin/logs", draw: () => <LogsPage />, nav: { group: "Cloud", label: "Logs" }, admin: true },
  {
    path: "/admin/instances",
    draw: () => <InstancesPage everybody />,
    nav: { group: "Cloud", label: "All Instances" },
    needs: COMPUTE,
    admin: true,
  },
  {
    path: "/admin/volumes",
    draw: () => <VolumesPage everybody />,
    nav: { group: "Cloud", label: "All Volumes" },
    needs: VOLUME,
    admin: true,
  },
  {
    path: "/admin/hypervisors",
    draw: () => <HypervisorsPage />,
    nav: { group: "Cloud", label: "Hypervisors" },
    needs: COMPUTE,
    admin: true,
  },
  {
    path: "/admin/flavors",
    draw: () => <FlavorsPage />,
    nav: { group: "Cloud", label: "Flavors" },
    needs: COMPUTE,
    admin: true,
  },
  {
    path: "/identity",
    draw: () => <ProjectsPage />,
    nav: { group: "Identity", label: "Projects" },
    admin: true,
  },
  {
    path: "/identity/users",
    draw: () => <UsersPage />,
    nav: { group: "Identity", label: "Users" },
    admin: true,
  },
];

/** Whether the page is there for this user in this cloud. What a page does, the services decide by themselves. */
export function allowed({ needs, admin }: PageRoute, { isAdmin, services }: Session): boolean {
  if (admin && !isAdmin) return false;
  return needs === undefined || offers(services, needs);
}

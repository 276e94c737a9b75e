// The bar above: where one is, in which project, as whom.

import { attempt } from "../core/flash.ts";
import { href } from "../core/router.ts";
import { signOut, switchProject, useSession } from "../core/session.ts";
import { Menu } from "../parts/menu.tsx";
import { HOME } from "../routes.tsx";

interface TopBarProps {
  navOpen: boolean;
  onToggleNav(): void;
}

export function TopBar({ navOpen, onToggleNav }: TopBarProps) {
  const { user, project, projects, region } = useSession();
  return (
    <header class="top-bar">
      <button
        type="button"
        class="button quiet icon nav-toggle"
        aria-label="Navigation"
        aria-expanded={navOpen}
        aria-controls="navigation"
        onClick={onToggleNav}
      >
        <span aria-hidden="true">☰</span>
      </button>
      <a class="brand" href={href(HOME)}>
        <Mark /> stack
      </a>
      <label class="project-switcher">
        <span class="muted">Project</span>
        <select
          value={project.id}
          onChange={(event) => {
            const { value } = event.currentTarget;
            void attempt(() => switchProject(value), null);
          }}
        >
          {projects.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <span class="spring" />
      <span class="region muted">{region}</span>
      <Menu
        label={`User ${user.name}`}
        class="button quiet user"
        items={[{ label: "Sign out", run: () => void attempt(signOut, null) }]}
      >
        {user.name} <span aria-hidden="true">▾</span>
      </Menu>
    </header>
  );
}

/** The icon: a window with a prompt. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect x="2" y="4" width="28" height="24" rx="5" />
      <path d="m9 12 5 4-5 4M17 21h7" />
    </svg>
  );
}

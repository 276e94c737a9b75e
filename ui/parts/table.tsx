// The table every list is shown in: filter, sorting, row actions, choosing rows for a bulk action. On a narrow window each
// row becomes a card.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { plural } from "../core/format.ts";
import type { Resource } from "../core/resource.ts";
import { Menu, type MenuItem } from "./menu.tsx";
import { Problem } from "./problem.tsx";

export interface Column<T> {
  title: string;
  draw(row: T): ComponentChildren;
  /** What to sort and filter by; without it, a column is for looking only. */
  value?(row: T): string | number;
  /** Figures stand to the right. */
  figures?: boolean;
  /** Never broken over several lines: dates, addresses. */
  whole?: boolean;
  /** Left away while no row has a value. */
  optional?: boolean;
}

export interface BulkAction<T> {
  label: string;
  danger?: boolean;
  /** Whether a row can be chosen for it. */
  takes?(row: T): boolean;
  /** @param after to be called when it is done: chooses nothing any more and asks for the rows again */
  run(rows: T[], after: () => void): void;
}

/** How many rows are drawn at first, and how many more when they are asked for: a browser is slow at thousands. */
const STEP = 500;

interface TableProps<T> {
  /** What a screen reader calls it. */
  label: string;
  rows: Resource<T[]>;
  rowId(row: T): string;
  rowName(row: T): string;
  columns: readonly Column<T>[];
  actions?(row: T): (MenuItem | false | null | undefined)[];
  bulk?: BulkAction<T>;
  /** Shown where there is nothing. */
  empty: ComponentChildren;
  /** Buttons over the table. */
  toolbar?: ComponentChildren;
}

export function Table<T>(props: TableProps<T>) {
  const { label, rows: resource, rowId, rowName, actions, bulk, empty, toolbar } = props;
  const [filter, setFilter] = useState("");
  const [sort, setSort] = useState<{ column: number; down: boolean } | null>(null);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [most, setMost] = useState(STEP);
  const { data, error } = resource;
  const all = data ?? [];
  const columns = props.columns.filter(
    ({ optional, value }) => !optional || all.some((row) => value?.(row) !== ""),
  );
  const shown = arrange(all, columns, filter, sort);
  const choosable = bulk ? shown.filter((row) => bulk.takes?.(row) ?? true) : [];
  const picked = all.filter((row) => chosen.has(rowId(row)));
  const choose = (ids: Iterable<string>) => setChosen(new Set(ids));
  const allPicked = choosable.length > 0 && choosable.every((row) => chosen.has(rowId(row)));

  return (
    <section class="table" aria-label={label} aria-busy={data === undefined && error === null}>
      <div class="toolbar">
        <input
          type="search"
          class="filter"
          placeholder="Filter"
          aria-label={`Filter ${label.toLowerCase()}`}
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
        <span class="spring" />
        {toolbar}
        {bulk && (
          <button
            type="button"
            class={`button ${bulk.danger ? "danger" : ""}`}
            disabled={picked.length === 0}
            onClick={() =>
              bulk.run(picked, () => {
                choose([]);
                resource.reload();
              })
            }
          >
            {bulk.label}
            {picked.length > 0 && ` (${picked.length})`}
          </button>
        )}
      </div>
      {error && <Problem text={error} retry={resource.reload} />}
      {shown.length > 0 ? (
        <div class="table-frame">
          <table>
            <thead>
              <tr>
                {bulk && (
                  <th class="pick">
                    <input
                      type="checkbox"
                      aria-label="Choose all"
                      checked={allPicked}
                      disabled={choosable.length === 0}
                      onChange={() => choose(allPicked ? [] : choosable.map(rowId))}
                    />
                  </th>
                )}
                {columns.map((column, i) => (
                  <th
                    key={column.title}
                    scope="col"
                    class={column.figures ? "figures" : ""}
                    aria-sort={sort?.column === i ? (sort.down ? "descending" : "ascending") : undefined}
                  >
                    {column.value ? (
                      <button type="button" class="sort" onClick={() => setSort(nextSort(sort, i))}>
                        {column.title}
                      </button>
                    ) : (
                      column.title
                    )}
                  </th>
                ))}
                {actions && (
                  <th class="actions">
                    <span class="hidden">Actions</span>
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {shown.slice(0, most).map((row) => (
                <Row
                  key={rowId(row)}
                  name={rowName(row)}
                  columns={columns}
                  row={row}
                  items={actions?.(row).filter((item): item is MenuItem => Boolean(item))}
                  pick={
                    bulk && {
                      allowed: bulk.takes?.(row) ?? true,
                      chosen: chosen.has(rowId(row)),
                      toggle: () =>
                        setChosen((old) => {
                          const next = new Set(old);
                          if (!next.delete(rowId(row))) next.add(rowId(row));
                          return next;
                        }),
                    }
                  }
                />
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        data !== undefined && <div class="empty">{filter ? `Nothing matches “${filter}”.` : empty}</div>
      )}
      {data === undefined && !error && <div class="empty muted">Loading…</div>}
      {shown.length > most && (
        <button type="button" class="button more" onClick={() => setMost(most + STEP)}>
          Show {Math.min(STEP, shown.length - most)} more
        </button>
      )}
      {shown.length > 0 && <p class="count muted">{plural(shown.length, "item")}</p>}
    </section>
  );
}

interface RowProps<T> {
  name: string;
  columns: readonly Column<T>[];
  row: T;
  items: MenuItem[] | undefined;
  pick: { allowed: boolean; chosen: boolean; toggle(): void } | undefined;
}

function Row<T>({ name, columns, row, items, pick }: RowProps<T>) {
  // One stands by itself, and so do two; of more, the first.
  const plain = (items ?? []).slice(0, items && items.length <= 2 ? 2 : 1);
  const rest = (items ?? []).slice(plain.length);
  return (
    <tr class={pick?.chosen ? "chosen" : ""}>
      {pick && (
        <td class="pick">
          <input
            type="checkbox"
            aria-label={`Choose ${name}`}
            checked={pick.chosen}
            disabled={!pick.allowed}
            onChange={pick.toggle}
          />
        </td>
      )}
      {columns.map((column) => (
        <td key={column.title} data-title={column.title} class={cellClass(column, row)}>
          {column.draw(row)}
        </td>
      ))}
      {items && (
        <td class="actions">
          <div>
            {plain.map((item) => (
              <button
                key={item.label}
                type="button"
                class={`button small ${item.danger ? "danger" : ""}`}
                onClick={item.run}
              >
                {item.label}
              </button>
            ))}
            {rest.length > 0 && (
              <Menu label={`More actions for ${name}`} class="button small icon" items={rest} />
            )}
          </div>
        </td>
      )}
    </tr>
  );
}

/** Longer texts are broken over several lines. */
const LONG = 20;

function cellClass<T>({ figures, whole, value }: Column<T>, row: T): string {
  if (figures) return "figures";
  return !whole && String(value?.(row) ?? "").length > LONG ? "long" : "";
}

type Sort = { column: number; down: boolean } | null;

/** Up, down, then as it came. */
function nextSort(sort: Sort, column: number): Sort {
  if (sort?.column !== column) return { column, down: false };
  return sort.down ? null : { column, down: true };
}

const words = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

function arrange<T>(rows: readonly T[], columns: readonly Column<T>[], filter: string, sort: Sort): T[] {
  const wanted = filter.trim().toLowerCase();
  const kept = rows.filter(
    (row) =>
      wanted === "" ||
      columns.some(({ value }) => value && String(value(row)).toLowerCase().includes(wanted)),
  );
  const by = sort && columns[sort.column]?.value;
  if (!sort || !by) return kept;
  const sign = sort.down ? -1 : 1;
  return kept.sort((a, b) => {
    const [x, y] = [by(a), by(b)];
    return (
      sign * (typeof x === "number" && typeof y === "number" ? x - y : words.compare(String(x), String(y)))
    );
  });
}

/** Opens the answer and evidence behind a cell next to the table, and moves between cells by the arrow keys. */
export function startCells(document: Document): void {
  const table = document.querySelector<HTMLTableElement>('.matrix');
  const dialog = document.getElementById('cell');
  const title = document.getElementById('cell-title');
  const body = document.getElementById('cell-body');
  addEventListener('hashchange', () => reveal(document));
  reveal(document);
  if (table === null || !(dialog instanceof HTMLDialogElement) || title === null || body === null) return;

  table.addEventListener('click', (event) => {
    const link = linkOf(event.target);
    // With a key held the browser opens a tab, which is what the user wanted.
    if (link === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const answer = link.closest('td') === null ? null : document.getElementById(link.hash.slice(1));
    if (answer === null) return;
    event.preventDefault();
    title.textContent = titleOf(answer);
    body.replaceChildren(...behind(answer));
    dialog.showModal();
  });
  document.getElementById('close')?.addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  startArrowKeys(table);
}

function linkOf(target: EventTarget | null): HTMLAnchorElement | null {
  return target instanceof Element ? target.closest('a') : null;
}

/** The image and the rule. */
function titleOf(answer: HTMLElement): string {
  const image = answer.closest('.image')?.querySelector('summary .name')?.textContent ?? '';
  const rule = answer.querySelector('th')?.firstChild?.textContent ?? '';
  return `${rule} · ${image}`;
}

/** Copies of the answer and of the evidence that its rule rests on, on each platform. */
function behind(answer: HTMLElement): readonly Node[] {
  const stated = [...answer.querySelectorAll('.answer')].map((one) => one.cloneNode(true));
  const kinds = (answer.dataset['kinds'] ?? '').split(' ').filter((kind) => kind !== '');
  const tables = [...(answer.closest('.image')?.querySelectorAll<HTMLTableElement>('.evidence') ?? [])];
  const evidence = tables.flatMap((table) => {
    const bodies = [...table.tBodies].filter(({ dataset }) => kinds.includes(dataset['kind'] ?? ''));
    if (bodies.length === 0) return [];
    const copy = document.createElement('table');
    copy.className = 'evidence';
    if (table.caption !== null) copy.append(table.caption.cloneNode(true));
    if (table.tHead !== null) copy.append(table.tHead.cloneNode(true));
    copy.append(...bodies.map((one) => one.cloneNode(true)));
    return [copy];
  });
  return [...stated, ...evidence];
}

/** What a link leads to may be folded. */
function reveal(document: Document): void {
  const target = location.hash === '' ? null : document.getElementById(location.hash.slice(1));
  const fold = target?.closest('details') ?? null;
  if (target === null || fold === null || fold.open) return;
  fold.open = true;
  target.scrollIntoView();
}

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** One tab stop for the whole table: a thousand images have too many links to step through. */
function startArrowKeys(table: HTMLTableElement): void {
  let current: HTMLElement | null = null;
  const settle = (link: HTMLElement): void => {
    current?.setAttribute('tabindex', '-1');
    link.setAttribute('tabindex', '0');
    current = link;
  };
  for (const link of table.querySelectorAll<HTMLElement>('tbody a')) link.setAttribute('tabindex', '-1');
  const first = table.querySelector<HTMLElement>('tbody a');
  if (first !== null) settle(first);
  table.addEventListener('focusin', ({ target }) => {
    if (target instanceof HTMLElement && target.closest('tbody') !== null) settle(target);
  });
  table.addEventListener('keydown', (event) => {
    const step = STEPS[event.key];
    const cell = event.target instanceof Element ? event.target.closest<HTMLTableCellElement>('td, th') : null;
    if (step === undefined || cell === null || cell.closest('tbody') === null) return;
    event.preventDefault();
    neighbor(cell, step)?.focus();
  });
  for (const hint of document.querySelectorAll<HTMLElement>('.keys')) hint.hidden = false;
}

/** The next link in a direction, past cells without one and rows that are filtered out. */
function neighbor(cell: HTMLTableCellElement, [down, right]: readonly [number, number]): HTMLElement | null {
  let row = cell.closest('tr');
  let column = cell.cellIndex;
  while (row !== null) {
    column += right;
    if (down !== 0) row = sibling(row, down);
    const next = row?.cells[column];
    if (next === undefined) return null;
    const link = row?.hidden === true ? null : next.querySelector<HTMLElement>('a');
    if (link !== null) return link;
  }
  return null;
}

function sibling(row: HTMLTableRowElement, down: number): HTMLTableRowElement | null {
  const next = down < 0 ? row.previousElementSibling : row.nextElementSibling;
  return next instanceof HTMLTableRowElement ? next : null;
}

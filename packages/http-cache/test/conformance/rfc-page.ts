/** One row of a table of `RFC.md`. */
export interface Sentence {
  /** Where it stands: the heading, and the section. */
  readonly at: string;
  readonly word: string;
  readonly here: string;
  readonly proofs: readonly Proof[];
}

export type Proof =
  | { readonly file: string; readonly test: string; readonly row: string | undefined }
  | { readonly suiteIds: readonly string[] }
  /** Neither, as it stands. */
  | { readonly unread: string };

/** What proofs are looked up in: the source of test files by name, and the ids of the public suite's tests. */
export interface Shelf {
  readonly sources: ReadonlyMap<string, string>;
  readonly suiteIds: ReadonlySet<string>;
}

/** Of the sentences that nothing shows: a permission that is not used, and what the README says is left out. */
const UNSHOWN = /^(?:not used: .|left out)/;

export function sentencesOf(page: string): Sentence[] {
  let heading = '';
  return page.split('\n').flatMap((line) => {
    if (line.startsWith('## ')) heading = line.slice('## '.length);
    const cells = line.split('|').map((cell) => cell.trim());
    if (cells.length !== 7 || !/^\d/.test(cells[1] ?? '')) return [];
    const [, section, word = '', , here = '', shown = ''] = cells;
    return [
      { at: `${heading} §${section}`, word, here, proofs: shown === '—' ? [] : shown.split('<br>').map(proofOf) },
    ];
  });
}

function proofOf(text: string): Proof {
  if (/^suite (?:`[^`]+`(?:, |$))+$/.test(text)) return { suiteIds: text.match(/(?<=`)[^`,]+(?=`)/g) ?? [] };
  const [, file, test, row] = /^`([^`]+)` (.+?)(?: · (.+))?$/.exec(text) ?? [];
  return file === undefined || test === undefined ? { unread: text } : { file, test, row };
}

/** What is wrong with a sentence's proofs, in words. */
export function faultsOf({ at, here, proofs }: Sentence, shelf: Shelf): string[] {
  if (proofs.length === 0 && !UNSHOWN.test(here)) return [`${at}: nothing shows it`];
  return proofs.flatMap((proof) => faultsIn(proof, shelf)).map((fault) => `${at}: ${fault}`);
}

function faultsIn(proof: Proof, { sources, suiteIds }: Shelf): string[] {
  if ('unread' in proof) return [`cannot be read: ${proof.unread}`];
  if ('suiteIds' in proof)
    return proof.suiteIds.filter((id) => !suiteIds.has(id)).map((id) => `no test ${id} is passed`);
  const source = sources.get(proof.file);
  if (source === undefined) return [`no file ${proof.file}.test.ts`];
  if (!isTested(source, proof.test)) return [`no test “${proof.test}” in ${proof.file}`];
  return proof.row === undefined || isQuoted(source, proof.row) ? [] : [`no row “${proof.row}” in ${proof.file}`];
}

/** A title is what a function that tests follows. */
function isTested(source: string, title: string): boolean {
  return new RegExp(`\\(\\s*${quoted(title)},\\s*(?:async\\s*)?\\(`).test(source);
}

function isQuoted(source: string, text: string): boolean {
  return new RegExp(quoted(text)).test(source);
}

function quoted(text: string): string {
  return `(['"\`])${text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}\\1`;
}

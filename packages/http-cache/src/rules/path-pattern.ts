/** What a pattern of paths takes in: `*` is any text within a segment, `**` any text at all, and the rest stands for itself. */
export function pathPattern(pattern: string): RegExp {
  const source = pattern.replace(/\*\*|\*|[\\^$.|?+()[\]{}]/g, (mark) => {
    if (mark === '**') return '.*';
    return mark === '*' ? '[^/]*' : `\\${mark}`;
  });
  return new RegExp(`^${source}$`, 's');
}

/** Of a request's target, as it was received. */
export function pathOf(target: string): string {
  const mark = target.indexOf('?');
  return mark === -1 ? target : target.slice(0, mark);
}

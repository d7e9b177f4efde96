import { momentOf } from '../answering/moment.ts';
import { sendStored } from '../answering/send-stored.ts';
import { serveStored } from '../answering/serve-stored.ts';
import { bump } from '../counters.ts';
import { forwardStatus } from '../rules/cache-status.ts';
import { fieldsOf } from '../rules/fields.ts';
import { endToEnd } from '../rules/handler-headers.ts';
import { httpDate } from '../rules/http-date.ts';
import type { StoredResponse } from '../stored/entry.ts';
import { ageAtEnd, keep, refuse, settleHead } from './intake.ts';
import { addedTo } from './response-head.ts';
import type { Run } from './run.ts';
import { freshenedResponse, type Standby } from './standby.ts';

/** What answers in the handler's place, if its answer is that nothing has changed, or an error worse than what is stored. */
export function standIn(run: Run, status: number, nowMs: number): (() => void) | undefined {
  const { standby } = run;
  if (!standby) return undefined;
  if (standby.isAsked && status === 304) return () => revive(run, standby, nowMs);
  return standby.servesInPlaceOf(status, nowMs)
    ? () => serveStandby(run, standby, { forwardedStatus: status })
    : undefined;
}

/** RFC 5861 §4. */
export function serveStandby(run: Run, { selected }: Standby, answered?: { readonly forwardedStatus: number }): void {
  const { job } = run;
  // To the cache's own request it is sent for nobody.
  if (!job.isRefresh) job.counters.staleIfError += 1;
  job.flight.land({ kind: 'failed' });
  bump(job.counters.notStored, 'status');
  const { response: stored, storedAtMs } = selected;
  serveInstead(run, stored, forwardStatus('stale', { ...answered, detail: 'stale-if-error' }), storedAtMs);
}

/** RFC 9111 §4.3.3: nothing has changed but what the 304 says, and its lifetime begins anew. */
function revive(run: Run, { selected, freshened, isOther }: Standby, nowMs: number): void {
  const { intake, job, tools } = run;
  const { tagFields } = tools.options.origin;
  const update = endToEnd(addedTo(run.leaving));
  if (isOther(update)) {
    serveUnrelated(run, selected);
    return;
  }
  // Of one that does not say when it was made, that is now.
  if (!update.some(([name]) => name === 'date')) update.push(['date', httpDate(nowMs)]);
  const headers = freshened(update);
  const fields = fieldsOf(headers);
  const { status } = selected.response;
  const accepted = settleHead(intake, { status, headers: fields, vary: fields.get('vary'), nowMs });
  const isKept = typeof accepted !== 'string';
  const terms = isKept ? accepted : { initialAgeMs: 0, reuse: selected.response.reuse };
  const told = headers.filter(([name]) => !tagFields.includes(name));
  const fresh = freshenedResponse(selected.response, told, terms);
  serveInstead(run, fresh, forwardStatus('stale', { forwardedStatus: 304, stored: isKept }), nowMs);
  if (isKept) {
    // Its fields of tags are not stored with a response: what the 304 does not say of them is as it was.
    const known = tagFields.some((field) => fields.has(field)) ? [] : (job.place.entry?.tags ?? []);
    const tags = [...new Set([...accepted.tags, ...known])];
    keep(intake, { ...accepted, tags }, { ...fresh, initialAgeMs: ageAtEnd(intake, accepted) }, () => {
      job.counters.revalidated += 1;
    });
  } else {
    refuse(intake, accepted, status);
  }
}

/** RFC 9111 §4.3.4: what has another strong validator must not update what is stored. */
function serveUnrelated(run: Run, { response: stored, storedAtMs }: Standby['selected']): void {
  refuse(run.intake, 'unrelated', stored.status);
  serveInstead(run, stored, forwardStatus('stale', { forwardedStatus: 304, detail: 'unrelated' }), storedAtMs);
}

/** What the handler set goes; what was there before stays, as for any hit. */
function serveInstead(run: Run, stored: StoredResponse, cacheStatus: string, storedAtMs: number): void {
  const { job, leaving, conditions, tools } = run;
  const { request, response } = job.exchange;
  for (const [name] of addedTo(leaving)) response.removeHeader(name);
  const nowMs = tools.options.clock.now();
  const moment = momentOf({ response: stored, storedAtMs }, cacheStatus, nowMs);
  serveStored(request, response, stored, { moment, conditions, nowMs, send: sendStored });
}

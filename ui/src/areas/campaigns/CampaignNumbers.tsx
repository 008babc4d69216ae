import type { Schemas } from '@/api/client';
import { campaigns } from '@/texts/campaigns';
import { common, number } from '@/texts/common';

const texts = campaigns.one;

/** Revocations as a closed loop: decided, ordered, seen in the directory. */
export function Loop({ progress }: { progress: Schemas['CampaignProgress'] }) {
  const steps = [
    [texts.decided, progress.revoked],
    [texts.ordered, progress.under_way],
    [texts.observed, progress.observed],
    [texts.failed, progress.failed],
    [texts.unneeded, progress.unneeded],
    [texts.undone, progress.undone],
  ] as const;
  return (
    <>
      <p className="muted" style={{ marginTop: 0, fontSize: '0.8125rem' }}>
        {texts.loopHint}
      </p>
      <dl style={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(110px, 1fr))', gap: 12, margin: 0 }}>
        {steps.map(([label, count]) => (
          <div key={label}>
            <dt className="muted" style={{ fontSize: '0.8125rem' }}>
              {label}
            </dt>
            <dd className="number" style={{ margin: 0, fontSize: '1.25rem', fontWeight: 600 }}>
              {number(count)}
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}

/** How far each reviewer is. */
export function ByReviewer({ reviewers, count }: { reviewers: Schemas['ReviewerBody'][]; count: number }) {
  const right = { textAlign: 'right' } as const;
  return (
    <div role="group" className="table-scroll" aria-label={texts.reviewers} tabIndex={0} style={{ maxHeight: 320, overflow: 'auto' }}>
      <table className="table">
        <thead>
          <tr>
            <th>{texts.reviewer}</th>
            <th style={right}>{texts.of}</th>
            <th style={right}>{texts.answered}</th>
            <th style={right}>{campaigns.columns.kept}</th>
            <th style={right}>{campaigns.columns.revoked}</th>
          </tr>
        </thead>
        <tbody>
          {reviewers.map(({ reviewer, progress }) => (
            <tr key={reviewer.id}>
              <td>{reviewer.kind === 'group' ? common.group(reviewer.name) : reviewer.name}</td>
              <td className="number" style={right}>
                {number(progress.total)}
              </td>
              <td className="number" style={right}>
                {progress.per_cent} %
              </td>
              <td className="number" style={right}>
                {number(progress.kept)}
              </td>
              <td className="number" style={right}>
                {number(progress.revoked)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {count > reviewers.length && <p className="muted">{texts.moreReviewers(count - reviewers.length)}</p>}
    </div>
  );
}

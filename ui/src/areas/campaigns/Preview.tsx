import { Alert } from '@mantine/core';
import { TriangleAlert } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { Card } from '@/components/Card';
import { EmptyState } from '@/components/EmptyState';
import { campaigns } from '@/texts/campaigns';
import { common, number } from '@/texts/common';

const texts = campaigns.new;

/** What a campaign would be about, and whom it would ask. */
export function Preview({ preview }: { preview: Schemas['CampaignPreview'] }) {
  if (preview.count === 0) {
    return (
      <Card title={texts.previewTitle}>
        <div role="status">
          <EmptyState title={texts.nothing} hint={texts.whichHint} />
        </div>
      </Card>
    );
  }
  return (
    <Card title={texts.previewTitle}>
      <p role="status" style={{ marginTop: 0 }}>
        <b>{texts.count(preview.count)}</b> {texts.askedOf(preview.reviewer_count)}
      </p>
      {preview.with_fallback > 0 && <p className="muted">{texts.fallbackCount(preview.with_fallback)}</p>}
      {preview.without_reviewer > 0 && (
        <Alert color="yellow" variant="light" icon={<TriangleAlert size={18} />} mb="md">
          {texts.withoutReviewer(preview.without_reviewer)}
        </Alert>
      )}
      <div role="group" className="table-scroll" aria-label={texts.reviewer} tabIndex={0} style={{ maxHeight: 260, overflow: 'auto' }}>
        <table className="table">
          <thead>
            <tr>
              <th>{texts.reviewer}</th>
              <th style={{ textAlign: 'right' }}>{texts.accounts}</th>
            </tr>
          </thead>
          <tbody>
            {preview.reviewers.map(({ reviewer, count }) => (
              <tr key={reviewer.id}>
                <td>{reviewer.kind === 'group' ? common.group(reviewer.name) : reviewer.name}</td>
                <td className="number" style={{ textAlign: 'right' }}>
                  {number(count)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

import { Progress } from '@mantine/core';
import type { Schemas } from '@/api/client';
import { campaigns as texts } from '@/texts/campaigns';

/** How much of a campaign is answered, as a bar and in words. */
export function ProgressBar({ progress, of, size = 'sm' }: { progress: Schemas['CampaignProgress']; of: string; size?: 'sm' | 'lg' }) {
  return (
    <div style={{ minWidth: 150 }}>
      <Progress value={progress.per_cent} aria-label={texts.progressOf(of)} size={size} color="brand" />
      <span className="number" style={{ fontSize: '0.8125rem' }}>
        {texts.answered(progress.answered, progress.total, progress.per_cent)}
      </span>
    </div>
  );
}

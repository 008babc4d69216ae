import { Link } from '@tanstack/react-router';
import type { Schemas } from '@/api/client';
import { formatInstant } from '@/app/time';
import { actorName } from '@/components/actorName';
import { CopyField } from '@/components/CopyField';
import { LastUtcDay, Time } from '@/components/Time';
import { actions, statuses } from '@/texts/accounts';
import { campaigns } from '@/texts/campaigns';
import { common, number } from '@/texts/common';

const texts = campaigns.one;

type Campaign = Schemas['CampaignBody'];

const who = ({ kind, name }: Schemas['OwnerBody']) => (kind === 'group' ? common.group(name) : name);

/** The rule of a campaign, and what proves its population. */
export function CampaignFacts({ campaign }: { campaign: Campaign }) {
  const { population, closed } = campaign;
  return (
    <dl className="facts">
      <dt>{texts.population}</dt>
      <dd>
        <Link className="link" to="/audit/$position" params={{ position: String(population.position) }}>
          {texts.populationOf(population.count, population.position)}
        </Link>
        <CopyField value={population.sha256} label={texts.hash} copyLabel={texts.copyHash} />
      </dd>
      {population.without_reviewer > 0 && (
        <>
          <dt>{texts.withoutReviewer}</dt>
          <dd>{number(population.without_reviewer)}</dd>
        </>
      )}
      <dt>{texts.filter}</dt>
      <dd>{filterText(campaign)}</dd>
      <dt>{texts.rule}</dt>
      <dd>{campaign.named_reviewer ? who(campaign.named_reviewer) : campaigns.reviewers[campaign.reviewers.kind].label}</dd>
      <dt>{texts.fallback}</dt>
      <dd>{who(campaign.fallback)}</dd>
      <dt>{texts.selfReview}</dt>
      <dd>{campaign.self_review ? texts.selfReviewYes : texts.selfReviewNo}</dd>
      <dt>{campaigns.columns.due}</dt>
      <dd>
        <LastUtcDay end={campaign.due} relative />
        <div className="muted number" style={{ fontSize: '0.8125rem' }}>
          {texts.until(formatInstant(campaign.due))}
        </div>
      </dd>
      <dt>{texts.remind}</dt>
      <dd>{texts.remindDays(campaign.remind_days_before)}</dd>
      <dt>{texts.unanswered}</dt>
      <dd>{campaigns.unanswered[campaign.unanswered].label}</dd>
      <dt>{texts.opened}</dt>
      <dd>
        <Time at={campaign.opened_at} show="minute" /> <span className="muted">{actorName(campaign.opened_by)}</span>
      </dd>
      {closed && (
        <>
          <dt>{texts.closed}</dt>
          <dd>
            <Time at={closed.at} show="minute" />{' '}
            <span className="muted">{closed.at_due ? texts.atDue : `${actorName(closed.by)}: ${closed.reason ?? ''}`}</span>
          </dd>
        </>
      )}
    </dl>
  );
}

function filterText({ filter, filter_names }: Campaign): string {
  const parts = [
    filter.search ?? '',
    ...(filter.status ?? []).map((status) => statuses[status].label),
    ...filter_names.map(({ name }) => name),
    filter.action ? actions[filter.action].label : '',
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(' · ') : texts.all;
}

import { counted, number } from './common';

const wording = (one: string, many: string) => (count: number) => (count === 1 ? one : many);

export const dashboard = {
  title: 'Dashboard',
  everyones: 'All accounts that you may see',
  own: 'Your own accounts',
  newRequest: 'New request',
  needs: {
    title: 'Needs you',
    nothing: 'Nothing waits for you',
    nothingHint: 'Requests to decide on, renewals and answers that you owe appear here.',
    approvals: wording('request waits for your decision', 'requests wait for your decision'),
    endingSoon: wording(
      'of your accounts ends within 31 days',
      'of your accounts end within 31 days',
    ),
    sentBack: wording('of your requests was sent back with a question', 'of your requests were sent back with a question'),
    drafts: wording('draft of yours is not submitted', 'drafts of yours are not submitted'),
    unread: wording('notice is unread', 'notices are unread'),
  },
  failing: {
    title: 'Failing work',
    nothing: 'Nothing fails',
    nothingHint: 'Whatever the directory refuses appears here until somebody mends it.',
    accounts: wording('account whose last change the directory refused', 'accounts whose last change the directory refused'),
    requests: wording('request that could not be provisioned', 'requests that could not be provisioned'),
    engines: wording('engine that cannot reach its domain or vault', 'engines that cannot reach their domain or vault'),
    orphaned: wording('account that nobody active owns', 'accounts that nobody active owns'),
  },
  status: { title: 'Accounts by status', total: (count: number) => counted(count, 'account') },
  ends: {
    title: 'Ends in the next weeks',
    sub: 'Accounts per week, by what happens at their end',
    none: 'No account comes to its end in the next twelve weeks',
    noneHint: 'Ends appear here as soon as an account has one.',
    week: 'Week of',
    chart: 'Chart',
    table: 'Table',
    showAs: 'Show as',
    summary: (parts: string) => `Accounts that come to their end in the next twelve weeks: ${parts}.`,
    part: (count: number, action: string) => `${number(count)} ${action.toLowerCase()}`,
    bar: (week: string, parts: string) => `Week of ${week}: ${parts}`,
  },
  engines: {
    title: 'Engines',
    all: 'All engines',
    none: 'No engine is registered',
    noneHint: 'Without an engine beside its domain, no account can be provisioned.',
    engine: 'Engine',
    domain: 'Domain',
    state: 'State',
    healthy: 'Healthy',
    impaired: 'Impaired',
    disabled: 'Disabled',
  },
};

import { counted, number } from './common';

export const inbox = {
  title: 'Inbox',
  unread: (count: number) => (count === 0 ? 'Nothing unread' : `${number(count)} unread`),
  categories: {
    all: 'All',
    request: 'Requests',
    account: 'Accounts',
    campaign: 'Reviews',
    template: 'Templates',
    domain: 'Domains',
    engine: 'Engines',
    user: 'Users',
  } as Record<string, string>,
  category: 'Category',
  onlyUnread: 'Only unread',
  readAll: 'Mark all as read',
  readAllOf: (category: string) => `Mark all in ${category} as read`,
  readAllDialog: {
    ofCategory: (category: string) =>
      `What is unread in ${category} becomes read. Other categories, and what comes meanwhile, stay as they are.`,
    consequence: (unread: number) => `${counted(unread, 'notice')} in all categories become read. What comes meanwhile stays unread.`,
  },
  markRead: 'Mark as read',
  markUnread: 'Mark as unread',
  readOne: (title: string) => `Mark as read: ${title}`,
  unreadOne: (title: string) => `Mark as unread: ${title}`,
  isUnread: 'Unread:',
  select: (title: string) => `Select: ${title}`,
  selectShown: 'Select all shown',
  selected: (count: number) => `${number(count)} selected`,
  clear: 'Clear',
  more: 'Show more',
  list: 'Notices',
  empty: { title: 'Your inbox is empty', hint: 'What needs you or concerns your accounts and requests is told here.' },
  noMatch: { title: 'Nothing here', hint: 'Nothing matches this category.', action: 'Show all' },
};

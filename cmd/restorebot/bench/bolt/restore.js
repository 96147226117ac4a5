// The same /restore as a handler for Slack's official Bolt: it parses the words,
// checks the person and the channel by id, answers help and refusals in the ack,
// and posts a card for a request. It keeps nothing, where restorebot records a
// request durably before its ack, and it never restores.
const { App, LogLevel } = require('@slack/bolt');

const list = (name) => new Set((process.env[name] || '').split(','));
const users = list('RESTORE_USERS');
const channels = list('RESTORE_CHANNELS');

const app = new App({
  token: process.env.SLACK_BOT_TOKEN,
  appToken: process.env.SLACK_APP_TOKEN,
  socketMode: true,
  logLevel: LogLevel.ERROR,
  clientOptions: { slackApiUrl: process.env.SLACK_API_URL },
});

const section = (text) => ({ type: 'section', text: { type: 'mrkdwn', text } });
const answer = (...texts) => ({ response_type: 'ephemeral', text: texts[0], blocks: texts.map(section) });
const usage = ['<backup-id>', 'list', 'status', 'history', 'report <restore-id>', 'cancel <restore-id>', 'help']
  .map((words) => '`/restore ' + words + '`').join('\n');

app.command('/restore', async ({ ack, command, client }) => {
  if (!channels.has(command.channel_id) || !users.has(command.user_id)) {
    await ack(answer('You may not restore here. Nothing was started.'));
    return;
  }
  const [word, ...rest] = command.text.split(/\s+/);
  if (word === 'help') {
    await ack(answer('*What /restore understands*', usage));
    return;
  }
  const unknown = rest.concat(word).find((w) => w.startsWith('--') && w !== '--portal');
  if (unknown) {
    await ack(answer('There is no flag ' + unknown + '. Nothing was started.', usage));
    return;
  }
  await ack(answer('Recorded. The card follows in the channel.'));
  await client.chat.postMessage({
    channel: command.channel_id,
    text: 'Restore of backup ' + word,
    blocks: [
      section('*Restore of backup ' + word + '*\nEverything changed since then will be lost.'),
      { type: 'actions', elements: [
        { type: 'button', action_id: 'confirm', style: 'danger', value: word, text: { type: 'plain_text', text: 'Restore' } },
        { type: 'button', action_id: 'dismiss', value: word, text: { type: 'plain_text', text: 'Dismiss' } },
      ] },
    ],
  });
});

app.start().catch((error) => {
  console.error(error);
  process.exit(1);
});

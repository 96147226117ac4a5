package blockkit

import "docspace-restorebot/bot"

// CardActions are the buttons of cards, by action_id.
var CardActions = map[string]bot.Action{
	actionConfirm:  bot.PressConfirm,
	actionDismiss:  bot.PressDismiss,
	actionRestored: bot.PressRestored,
	actionNothing:  bot.PressNothing,
	actionUnsafe:   bot.PressUnsafe,
	actionType:     bot.PressType,
	actionStop:     bot.PressStop,
	actionLoss:     bot.PressLoss,
	actionDetails:  bot.PressDetails,
}

// EphemeralActions are the buttons of answers that one person sees. What they ask for is
// checked like a command.
var EphemeralActions = map[string]bot.Action{
	actionPick:   bot.PressPick,
	actionOlder:  bot.PressOlder,
	actionFollow: bot.PressFollow,
}

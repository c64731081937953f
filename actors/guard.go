package actors

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/asynkron/protoactor-go/actor"
)

// panicked tells a feed that a room is gone without having been told to.
type panicked struct{ room string }

// guarded makes the props of every room. A panic is logged where it happened and stops the actor; its
// parent sees it gone. Nothing is ever restarted alone: a room that came back would have forgotten
// what it owed.
func guarded(produce func() actor.Actor) *actor.Props {
	return actor.PropsFromProducer(produce,
		actor.WithSupervisor(actor.NewOneForOneStrategy(0, 0, stop)),
		actor.WithReceiverMiddleware(logPanic))
}

func stop(any) actor.Directive { return actor.StopDirective }

func logPanic(next actor.ReceiverFunc) actor.ReceiverFunc {
	return func(c actor.ReceiverContext, e *actor.MessageEnvelope) {
		defer func() {
			if r := recover(); r != nil {
				c.Logger().Error("panic", "room", c.Self().Id, "message", fmt.Sprintf("%T", e.Message), "err", fmt.Sprint(r), "stack", string(debug.Stack()))
				panic(r)
			}
		}()
		next(c, e)
	}
}

// quiet keeps the actor library's own news out of the log: what a person should know, the rooms say.
type quiet struct{ slog.Handler }

// Enabled implements slog.Handler.
func (quiet) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelWarn }

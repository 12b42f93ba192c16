// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.session;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One socket of a session, through all its connections. */
final class Link {
    /** Where a connection stands. */
    enum State {
        DOWN,
        OPENING,
        GREETING,
        READY
    }

    final int index;
    State state = State.DOWN;

    /** Counts connections, so that reports about an older one are known as such. */
    long attempt;

    /** Failures since it was last ready. */
    int failures;

    /** When to connect while down, when to give up while opening or greeting. */
    long due;

    Greeting.Step step = Greeting.Step.VERSION;

    /** The request of the present step. */
    long stepId;

    /** When something was last heard. */
    long heard;

    private final Map<Long, Sent> inFlight = new LinkedHashMap<>();

    /**
     * A call under way.
     *
     * @param call the call
     * @param deadline when its answer is overdue
     */
    record Sent(Call call, long deadline) {}

    Link(int index) {
        this.index = index;
    }

    boolean hasRoom() {
        return state == State.READY && inFlight.size() < SessionLimits.WINDOW;
    }

    int load() {
        return inFlight.size();
    }

    void sent(Call call, long deadline) {
        inFlight.put(call.id, new Sent(call, deadline));
    }

    /** Takes the call that an answer is for; nothing when there is none, for it came late or twice. */
    java.util.Optional<Call> answered(long id) {
        Sent sent = inFlight.remove(id);
        return sent == null ? java.util.Optional.empty() : java.util.Optional.of(sent.call());
    }

    /** The earliest deadline under way: requests are sent in the order of their deadlines. */
    long firstDeadline() {
        return inFlight.isEmpty()
                ? Long.MAX_VALUE
                : inFlight.values().iterator().next().deadline();
    }

    /** When something has to be done about it by itself. */
    long nextTick() {
        if (state != State.READY) {
            return due;
        }
        return inFlight.isEmpty() ? heard + SessionLimits.IDLE_NANOS : firstDeadline();
    }

    /** Takes all calls under way, in the order in which they were sent. */
    List<Call> takeInFlight() {
        List<Call> calls = new ArrayList<>(inFlight.size());
        inFlight.values().forEach(sent -> calls.add(sent.call()));
        inFlight.clear();
        return calls;
    }

    Call.Place place() {
        return new Call.Place(index, attempt);
    }
}

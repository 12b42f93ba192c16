// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.session;

import io.peerkit.storage.surreal.internal.rpc.ServerMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The live queries of a session, which belong to a connection and are begun anew on the next one. */
final class LiveQueries {
    private final List<Watch> watches = new ArrayList<>();
    private final Map<Call, Watch> starting = new HashMap<>();
    private final Map<UUID, Watch> running = new HashMap<>();

    void add(Watch watch) {
        watches.add(watch);
    }

    /** Begins all of them on a new connection; those of the one before are gone. */
    List<Call> callsOn(Call.Place place) {
        running.clear();
        starting.clear();
        return watches.stream().map(watch -> call(watch, place)).toList();
    }

    Call call(Watch watch, Call.Place place) {
        Call call = Call.on(
                place,
                "query",
                List.of(watch.query().statements(), watch.query().variables()),
                Optional.empty());
        starting.put(call, watch);
        return call;
    }

    /** Tells of a query that runs now, if the answer is to the call that began it. */
    Optional<Action> answered(Call call, List<Object> results) {
        Watch watch = starting.remove(call);
        if (watch == null || !(results.get(results.size() - 1) instanceof UUID id)) {
            return Optional.empty();
        }
        running.put(id, watch);
        return Optional.of(new Action.Watching(watch));
    }

    void failed(Call call) {
        starting.remove(call);
    }

    /** Tells whom a change concerns; nobody when its query was begun by nobody here, or its answer is still to come. */
    Optional<Action> changed(ServerMessage.Change change) {
        return Optional.ofNullable(running.get(change.live()))
                .map(watch -> new Action.Changed(watch, change.action(), change.result()));
    }
}

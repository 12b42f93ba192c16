// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.rpc;

import java.util.UUID;

/** What comes from a server. */
public sealed interface ServerMessage {
    /**
     * A request's result.
     *
     * @param id of the request
     * @param result as the method defines it
     */
    record Answer(long id, Object result) implements ServerMessage {}

    /**
     * A request's failure.
     *
     * @param id of the request
     * @param error what went wrong
     */
    record Refusal(long id, ServerError error) implements ServerMessage {}

    /**
     * A change that a live query saw.
     *
     * @param live names the live query
     * @param action {@code CREATE}, {@code UPDATE}, {@code DELETE} or {@code KILLED}
     * @param result what the query selects of the record
     */
    record Change(UUID live, String action, Object result) implements ServerMessage {}
}

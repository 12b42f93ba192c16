// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.rpc;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.storage.surreal.internal.value.Absent;
import io.peerkit.storage.surreal.internal.value.ValueReader;
import io.peerkit.storage.surreal.internal.value.ValueWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Requests to bytes, bytes to answers.
 *
 * <pre>{@code
 *   request       {id: int, method: text, params: [..], txn?: uuid}
 *   answer        {id: int, result: any}
 *   refusal       {id: int, error: {code: int, message: text, kind?: text, details?: {kind: text, ..}}}
 *   notification  {result: {id: uuid, action: text, record: id, result: any}}
 * }</pre>
 *
 * @see <a href="https://surrealdb.com/docs/surrealdb/integration/rpc">SurrealDB, RPC protocol</a>
 */
public final class RpcCodec {
    /** The longest frame out in bytes; a server takes 128 MiB. */
    public static final int MAX_FRAME_BYTES = 4_194_304;

    /** The longest frame in, in bytes: the longest answer that a read asks for is about 5 MiB. */
    public static final int MAX_ANSWER_BYTES = 16_777_216;

    private RpcCodec() {}

    /**
     * Encodes a request.
     *
     * @param id names it in the answer
     * @param method of the protocol
     * @param params its arguments
     * @param transaction in which it runs, if in one that was begun before
     * @return the frame
     * @throws io.peerkit.api.LimitExceededException when it is longer than {@link #MAX_FRAME_BYTES}
     */
    public static byte[] request(long id, String method, List<Object> params, Optional<UUID> transaction) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("id", id);
        request.put("method", method);
        request.put("params", params);
        transaction.ifPresent(uuid -> request.put("txn", uuid));
        return ValueWriter.encode(request, MAX_FRAME_BYTES);
    }

    /**
     * Decodes what a server sent.
     *
     * @param frame a whole message
     * @return the message
     * @throws InvalidBytesException when it is none
     */
    public static ServerMessage decode(byte[] frame) {
        if (!(ValueReader.read(frame) instanceof Map<?, ?> fields)) {
            throw new InvalidBytesException("answer is no map");
        }
        Object id = fields.get("id");
        Object result = orNone(fields.get("result"));
        if (id instanceof Long number) {
            return fields.get("error") instanceof Map<?, ?> error
                    ? new ServerMessage.Refusal(number, ServerError.of(error, "message"))
                    : new ServerMessage.Answer(number, result);
        }
        if ((id == null || id instanceof Absent)
                && result instanceof Map<?, ?> change
                && change.get("id") instanceof UUID live
                && change.get("action") instanceof String action) {
            return new ServerMessage.Change(live, action, orNone(change.get("result")));
        }
        throw new InvalidBytesException("answer has neither the id of a request nor a change");
    }

    /**
     * Takes the results out of the answer to a query.
     *
     * @param answer of the method {@code query}
     * @return the result of each statement
     * @throws QueryFailedException when one failed: the first that did so by itself
     * @throws InvalidBytesException when it is no such answer
     */
    public static List<Object> results(Object answer) {
        if (!(answer instanceof List<?> statements)) {
            throw new InvalidBytesException("answer to a query is no array");
        }
        List<Object> results = new ArrayList<>(statements.size());
        Optional<ServerError> cause = Optional.empty();
        for (Object statement : statements) {
            if (!(statement instanceof Map<?, ?> fields)) {
                throw new InvalidBytesException("answer to a statement is no map");
            }
            if ("OK".equals(fields.get("status"))) {
                results.add(orNone(fields.get("result")));
            } else {
                ServerError error = ServerError.of(fields, "result");
                if (cause.isEmpty() || cause.get().isConsequence() || error.isConflict()) {
                    cause = Optional.of(error);
                }
            }
        }
        if (cause.isPresent()) {
            throw new QueryFailedException(cause.get());
        }
        return results;
    }

    private static Object orNone(@org.jspecify.annotations.Nullable Object value) {
        return value == null ? Absent.NONE : value;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.fake;

import io.peerkit.storage.surreal.internal.value.Absent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a {@link FakeServer} does with a request. Called on the connection's thread. */
@FunctionalInterface
public interface FakeScript {
    /** Does something with a request, or nothing. */
    void handle(FakeConnection from, Request request);

    /** A request as it came. */
    record Request(long id, String method, List<?> params) {
        /** The first parameter, which in a query is its text. */
        public String text() {
            return params.isEmpty() ? "" : String.valueOf(params.get(0));
        }
    }

    /** Greets as a 3.0 server does and leaves the rest to a script. */
    static FakeScript greeting(FakeScript rest) {
        return (from, request) -> {
            switch (request.method()) {
                case "version" -> from.answer(request.id(), "surrealdb-3.0.2");
                case "signin", "authenticate", "use", "ping" -> from.answer(request.id(), Absent.NONE);
                default -> rest.handle(from, request);
            }
        };
    }

    /** The answer to a query of one statement that went well. */
    static List<Object> ok(Object result) {
        return List.of(Map.<String, Object>of("status", "OK", "time", "1µs", "result", result));
    }

    /** The answer to a query of one statement that failed. */
    static List<Object> error(String kind, String detail, String message) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("status", "ERR");
        fields.put("time", "1µs");
        fields.put("result", message);
        fields.put("kind", kind);
        fields.put("details", Map.<String, Object>of("kind", detail));
        return List.of(fields);
    }

    /** How 3.0 reports that a transaction lost a race. */
    static List<Object> conflict() {
        return error(
                "Query",
                "NotExecuted",
                "The query was not executed due to a failed transaction: Transaction conflict: Write conflict. This transaction can be retried");
    }
}

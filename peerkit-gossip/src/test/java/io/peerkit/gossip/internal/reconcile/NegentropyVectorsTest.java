// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sessions recorded from the reference implementation; see ORIGIN.txt beside the vectors. */
class NegentropyVectorsTest {
    private static final Pattern CASE = Pattern.compile("\\{[^{}]*\"messages\"[^{}]*}");

    record Lacks(int modulus, int remainder) {
        boolean item(int i) {
            return modulus != 0 && i % modulus == remainder;
        }
    }

    record Recorded(
            String name,
            int items,
            Lacks clientLacks,
            Lacks serverLacks,
            int tsMul,
            int frame,
            List<String> messages,
            int have,
            int need) {
        @Override
        public String toString() {
            return name;
        }
    }

    @Test
    void vectors_allCasesRead() throws IOException {
        assertThat(cases())
                .hasSize(6)
                .allSatisfy(c -> assertThat(c.messages.size()).isPositive());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void session_recordedInput_sameBytes(Recorded recorded) {
        Session session = Session.run(
                set(recorded, recorded.clientLacks),
                set(recorded, recorded.serverLacks),
                recorded.frame,
                recorded.frame);

        assertThat(session.messages.stream().map(Entries::hex)).isEqualTo(recorded.messages);
        assertThat(session.have).hasSize(recorded.have);
        assertThat(session.need).hasSize(recorded.need);
    }

    private static EntrySnapshot set(Recorded recorded, Lacks lacks) {
        EntrySet set = new EntrySet();
        for (int i = 0; i < recorded.items; i++) {
            if (!lacks.item(i)) {
                set.add(time(recorded.tsMul, i), Entries.hashOf(i), 0);
            }
        }
        return set.snapshot();
    }

    private static long time(int tsMul, int i) {
        return switch (tsMul) {
            case 0 -> 0;
            case 3 -> i / 3;
            default -> 1_700_000_000L + (long) i * tsMul;
        };
    }

    static Stream<Recorded> cases() throws IOException {
        try (InputStream in = Objects.requireNonNull(
                NegentropyVectorsTest.class.getResourceAsStream("negentropy-v1.json"), "negentropy-v1.json")) {
            String json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return CASE
                    .matcher(json)
                    .results()
                    .map(MatchResult::group)
                    .map(NegentropyVectorsTest::parse)
                    .toList()
                    .stream();
        }
    }

    private static Recorded parse(String json) {
        return new Recorded(
                field(json, "name", "\"([^\"]*)\""),
                number(json, "n"),
                pair(json, "clientLacks"),
                pair(json, "serverLacks"),
                number(json, "tsMul"),
                number(json, "frame"),
                strings(field(json, "messages", "\\[([^\\]]*)\\]")),
                number(json, "have"),
                number(json, "need"));
    }

    private static String field(String json, String name, String value) {
        return Pattern.compile("\"" + name + "\"\\s*:\\s*" + value)
                .matcher(json)
                .results()
                .findFirst()
                .orElseThrow()
                .group(1);
    }

    private static int number(String json, String name) {
        return Integer.parseInt(field(json, name, "(\\d+)"));
    }

    private static Lacks pair(String json, String name) {
        String numbers = "\\[(\\d+),\\s*(\\d+)\\]";
        MatchResult found = Pattern.compile("\"" + name + "\"\\s*:\\s*" + numbers)
                .matcher(json)
                .results()
                .findFirst()
                .orElseThrow();
        return new Lacks(Integer.parseInt(found.group(1)), Integer.parseInt(found.group(2)));
    }

    private static List<String> strings(String array) {
        List<String> strings = new ArrayList<>();
        Pattern.compile("\"([0-9a-f]*)\"").matcher(array).results().forEach(m -> strings.add(m.group(1)));
        return strings;
    }
}

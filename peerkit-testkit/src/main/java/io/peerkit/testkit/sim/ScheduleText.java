// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import io.peerkit.testkit.transport.Faults;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Schedules as text and back: {@code parse(format(s))} is {@code s} for times in whole milliseconds. */
final class ScheduleText {
    private ScheduleText() {}

    static Schedule parse(String text) {
        List<Schedule.Step> steps = new ArrayList<>();
        for (String part : text.split("[;\n]", -1)) {
            String line = part.strip();
            if (!line.isEmpty()) {
                if (steps.size() == Schedule.MAX_STEPS) {
                    throw new IllegalArgumentException("more than " + Schedule.MAX_STEPS + " steps");
                }
                steps.add(step(line));
            }
        }
        return new Schedule(steps);
    }

    /** The schedule in a property: its text, or the name of a file behind an @. */
    static Schedule read(String given) {
        if (!given.startsWith("@")) {
            return parse(given);
        }
        try {
            return parse(Files.readString(Path.of(given.substring(1))));
        } catch (IOException e) {
            throw new UncheckedIOException("schedule " + given + " cannot be read", e);
        }
    }

    private static Schedule.Step step(String line) {
        String[] words = line.split("\\s+", -1);
        try {
            long millis = new BigDecimal(words[0]).movePointRight(3).longValueExact();
            return new Schedule.Step(Duration.ofMillis(millis), event(words));
        } catch (ArithmeticException | IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            throw new IllegalArgumentException("step \"" + line + "\" is malformed: " + e.getMessage(), e);
        }
    }

    private static SimEvent event(String[] words) {
        return switch (words[1]) {
            case "publish" -> new SimEvent.Publish(number(words, 2), number(words, 3), number(words, 4));
            case "join" -> new SimEvent.Join(number(words, 2));
            case "leave" -> new SimEvent.Leave(number(words, 2));
            case "crash" -> new SimEvent.Crash(number(words, 2));
            case "crash-at-write" -> new SimEvent.CrashAtWrite(number(words, 2), number(words, 3));
            case "start" -> new SimEvent.Start(number(words, 2));
            case "partition" ->
                new SimEvent.Partition(Arrays.stream(words[2].split(",", -1))
                        .map(Integer::valueOf)
                        .toList());
            case "heal" -> new SimEvent.Heal();
            case "cut" -> new SimEvent.Cut(number(words, 2));
            case "step-clock" -> new SimEvent.StepClock(number(words, 2), Duration.ofMillis(Long.parseLong(words[3])));
            case "break-disk" -> new SimEvent.BreakDisk(number(words, 2));
            case "mend-disk" -> new SimEvent.MendDisk(number(words, 2));
            case "weather" ->
                new SimEvent.Weather(new Faults(
                        millis(words, 2),
                        millis(words, 3),
                        Double.parseDouble(words[4]),
                        millis(words, 5),
                        Double.parseDouble(words[6]),
                        Double.parseDouble(words[7]),
                        Double.parseDouble(words[8]),
                        Double.parseDouble(words[9])));
            case "hostile" -> new SimEvent.Hostile(words[2]);
            default -> throw new IllegalArgumentException("there is no event " + words[1]);
        };
    }

    private static int number(String[] words, int index) {
        int value = Integer.parseInt(words[index]);
        if (value < 0) {
            throw new IllegalArgumentException(value + " is below 0");
        }
        return value;
    }

    private static Duration millis(String[] words, int index) {
        return Duration.ofMillis(number(words, index));
    }

    static String format(Schedule.Step step) {
        BigDecimal seconds = BigDecimal.valueOf(step.at().toMillis(), 3).stripTrailingZeros();
        return seconds.toPlainString() + " " + format(step.event());
    }

    private static String format(SimEvent event) {
        if (event instanceof SimEvent.Publish e) {
            return words("publish", e.node(), e.count(), e.bytes());
        } else if (event instanceof SimEvent.Join e) {
            return words("join", e.node());
        } else if (event instanceof SimEvent.Leave e) {
            return words("leave", e.node());
        } else if (event instanceof SimEvent.Crash e) {
            return words("crash", e.node());
        } else if (event instanceof SimEvent.CrashAtWrite e) {
            return words("crash-at-write", e.node(), e.writes());
        } else if (event instanceof SimEvent.Start e) {
            return words("start", e.node());
        } else if (event instanceof SimEvent.Partition e) {
            return words("partition", e.part().stream().map(String::valueOf).collect(Collectors.joining(",")));
        } else if (event instanceof SimEvent.Cut e) {
            return words("cut", e.node());
        } else if (event instanceof SimEvent.StepClock e) {
            return words("step-clock", e.node(), e.by().toMillis());
        } else if (event instanceof SimEvent.BreakDisk e) {
            return words("break-disk", e.node());
        } else if (event instanceof SimEvent.MendDisk e) {
            return words("mend-disk", e.node());
        } else if (event instanceof SimEvent.Weather e) {
            return weather(e.faults());
        } else if (event instanceof SimEvent.Hostile e) {
            return words("hostile", e.role());
        }
        return "heal";
    }

    private static String weather(Faults faults) {
        return words(
                "weather",
                faults.latency().toMillis(),
                faults.jitter().toMillis(),
                faults.spike(),
                faults.spikeLength().toMillis(),
                faults.dialFailure(),
                faults.breakage(),
                faults.messageLoss(),
                faults.duplicate());
    }

    private static String words(Object... words) {
        return Arrays.stream(words).map(String::valueOf).collect(Collectors.joining(" "));
    }
}

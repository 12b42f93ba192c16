// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;

/**
 * One chart as SVG, drawn with the colours that the page's style sheet names, so that it is right on light and on dark
 * ground.
 */
final class SimChart {
    private static final int WIDTH = 620;
    private static final int HEIGHT = 260;
    private static final int LEFT = 62;
    private static final int RIGHT = 16;
    private static final int TOP = 12;
    private static final int BOTTOM = 40;
    private static final int TICKS = 5;

    /** More points than this cannot be told apart. */
    private static final int MAX_POINTS = 600;

    private final String xLabel;
    private final DoubleFunction<String> xText;
    private final DoubleFunction<String> yText;
    private final List<Line> lines = new ArrayList<>();
    private final List<double[]> bars = new ArrayList<>();
    private double xMost;
    private double yMost;

    private record Line(String style, String name, double[] x, double[] y) {}

    /**
     * @param xLabel what is to the right
     * @param xText writes a value of it
     * @param yText writes a value of what is up
     */
    SimChart(String xLabel, DoubleFunction<String> xText, DoubleFunction<String> yText) {
        this.xLabel = xLabel;
        this.xText = xText;
        this.yText = yText;
    }

    /** The axis up reaches this value at least. */
    SimChart upTo(double y) {
        yMost = Math.max(yMost, y);
        return this;
    }

    /**
     * @param style {@code main}, {@code other} or {@code faint}
     * @param name for the legend; empty for none
     */
    SimChart line(String style, String name, double[] x, double[] y) {
        for (int i = 0; i < x.length; i++) {
            xMost = Math.max(xMost, x[i]);
            yMost = Math.max(yMost, y[i]);
        }
        lines.add(new Line(style, name, x, y));
        return this;
    }

    /** A bar above a whole number. */
    SimChart bar(int x, double y) {
        bars.add(new double[] {x, y});
        xMost = Math.max(xMost, x + 0.5);
        yMost = Math.max(yMost, y);
        return this;
    }

    String svg(String title) {
        StringBuilder svg = new StringBuilder();
        put(svg, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">", WIDTH, HEIGHT, SimPage.escaped(title));
        double yStep = step(yMost);
        double yTop = Math.max(yStep, Math.ceil(yMost / yStep - 1e-9) * yStep);
        for (double y = 0; y <= yTop * 1.0001; y += yStep) {
            put(
                    svg,
                    "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>",
                    LEFT,
                    WIDTH - RIGHT,
                    up(y, yTop),
                    up(y, yTop));
            put(
                    svg,
                    "<text class=\"tick\" text-anchor=\"end\" x=\"%d\" y=\"%.1f\">%s</text>",
                    LEFT - 8,
                    up(y, yTop) + 4,
                    SimPage.escaped(yText.apply(y)));
        }
        double xStep = bars.isEmpty() ? step(xMost) : Math.max(1, Math.rint(step(xMost)));
        for (double x = 0; x <= xMost * 1.0001; x += xStep) {
            put(
                    svg,
                    "<text class=\"tick\" text-anchor=\"middle\" x=\"%.1f\" y=\"%d\">%s</text>",
                    right(x),
                    HEIGHT - BOTTOM + 18,
                    SimPage.escaped(xText.apply(x)));
        }
        put(
                svg,
                "<text class=\"label\" text-anchor=\"end\" x=\"%d\" y=\"%d\">%s</text>",
                WIDTH - RIGHT,
                HEIGHT - 4,
                SimPage.escaped(xLabel));
        put(
                svg,
                "<line class=\"axis\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>",
                LEFT,
                WIDTH - RIGHT,
                up(0, yTop),
                up(0, yTop));
        bars(svg, yTop);
        lines.forEach(line -> draw(svg, line, yTop));
        return svg.append("</svg>").append(legend()).toString();
    }

    private void bars(StringBuilder svg, double yTop) {
        double width = Math.max(2, right(1) - right(0) - 3);
        for (double[] bar : bars) {
            double y = up(bar[1], yTop);
            put(
                    svg,
                    "<rect class=\"bar\" rx=\"2\" x=\"%.1f\" width=\"%.1f\" y=\"%.1f\" height=\"%.1f\"><title>%s: %s</title></rect>",
                    right(bar[0]) - width / 2,
                    width,
                    y,
                    up(0, yTop) - y,
                    SimPage.escaped(xText.apply(bar[0])),
                    SimPage.escaped(yText.apply(bar[1])));
        }
    }

    private void draw(StringBuilder svg, Line line, double yTop) {
        int every = Math.max(1, line.x.length / MAX_POINTS);
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < line.x.length; i++) {
            if (i % every == 0 || i == line.x.length - 1) {
                put(path, "%s%.1f %.1f", path.length() == 0 ? "M" : "L", right(line.x[i]), up(line.y[i], yTop));
            }
        }
        put(svg, "<path class=\"line %s\" d=\"%s\"/>", line.style, path);
        if (!line.style.equals("faint") && line.x.length > 0) {
            int last = line.x.length - 1;
            put(
                    svg,
                    "<circle class=\"dot %s\" r=\"3.5\" cx=\"%.1f\" cy=\"%.1f\"><title>%s</title></circle>",
                    line.style,
                    right(line.x[last]),
                    up(line.y[last], yTop),
                    SimPage.escaped(line.name + " " + yText.apply(line.y[last])));
        }
    }

    private String legend() {
        StringBuilder legend = new StringBuilder();
        for (Line line : lines) {
            if (!line.name.isEmpty()) {
                put(legend, "<span class=\"key %s\">%s</span>", line.style, SimPage.escaped(line.name));
            }
        }
        return legend.length() == 0 ? "" : "<p class=\"legend\">" + legend + "</p>";
    }

    private double right(double x) {
        double least = bars.isEmpty() ? 0 : -0.5;
        return LEFT + (x - least) / Math.max(1e-9, xMost - least) * (WIDTH - LEFT - RIGHT);
    }

    private static double up(double y, double yTop) {
        return HEIGHT - BOTTOM - y / yTop * (HEIGHT - TOP - BOTTOM);
    }

    /** 1, 2 or 5 times a power of ten, about {@link #TICKS} times in the whole. */
    private static double step(double most) {
        double raw = Math.max(most, 1e-9) / TICKS;
        double power = Math.pow(10, Math.floor(Math.log10(raw)));
        double digit = raw / power;
        return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
    }

    private static void put(StringBuilder to, String format, Object... arguments) {
        to.append(String.format(Locale.ROOT, format, arguments));
    }
}

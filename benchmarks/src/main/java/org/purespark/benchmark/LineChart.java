// SPDX-License-Identifier: Apache-2.0
package org.purespark.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A chart of seconds against a number, as SVG: linear axes from 0, a line for each series with its name at the right
 * end, and at each point a stroke from the smallest to the largest value.
 */
final class LineChart {
    private static final int WIDTH = 640;
    private static final int HEIGHT = 360;
    private static final int LEFT = 64;
    private static final int RIGHT = 150;
    private static final int TOP = 40;
    private static final int BOTTOM = 52;
    private static final int TICKS = 5;
    /** Colours that people with any colour vision tell apart (Okabe and Ito). */
    private static final List<String> COLOURS = List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7");

    /** One point of a series: median, and smallest to largest. */
    record Point(double x, double median, double smallest, double largest) {}

    private final StringBuilder svg = new StringBuilder();
    private final double xMax;
    private final double yMax;

    private LineChart(Map<String, List<Point>> series) {
        List<Point> all = series.values().stream().flatMap(List::stream).toList();
        this.xMax = rounded(all.stream().mapToDouble(Point::x).max().orElseThrow());
        this.yMax = rounded(all.stream().mapToDouble(Point::largest).max().orElseThrow());
    }

    /**
     * @param title what is shown
     * @param xLabel what the number is
     * @param series by name, points by ascending x
     */
    static String of(String title, String xLabel, Map<String, List<Point>> series) {
        LineChart chart = new LineChart(series);
        chart.frame(title, xLabel);
        List<Double> labels = new ArrayList<>();
        int colour = 0;
        for (Map.Entry<String, List<Point>> line : series.entrySet()) {
            chart.line(line.getKey(), line.getValue(), COLOURS.get(colour++ % COLOURS.size()), labels);
        }
        return chart.svg.append("</svg>\n").toString();
    }

    /** The next of 1, 2, 2.5, 5 times a power of ten, so that a fifth of it is a round number. */
    private static double rounded(double value) {
        double power = Math.pow(10, Math.floor(Math.log10(Math.max(value, 1e-9))));
        for (double factor : new double[] {1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10}) {
            if (value <= factor * power) {
                return factor * power;
            }
        }
        return value;
    }

    private void frame(String title, String xLabel) {
        add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" "
                        + "font-size=\"12\">",
                WIDTH, HEIGHT);
        add("<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>", WIDTH, HEIGHT);
        add("<text x=\"%d\" y=\"22\" font-size=\"14\" fill=\"#222222\">%s</text>", LEFT, title);
        for (int tick = 0; tick <= TICKS; tick++) {
            double x = xMax * tick / TICKS;
            double y = yMax * tick / TICKS;
            add(
                    "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#e4e4e4\"/>",
                    LEFT, WIDTH - RIGHT, atY(y), atY(y));
            add(
                    "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\" fill=\"#555555\">%s</text>",
                    LEFT - 8, atY(y) + 4, number(y));
            add(
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" fill=\"#555555\">%s</text>",
                    atX(x), HEIGHT - BOTTOM + 18, number(x));
        }
        add(
                "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" fill=\"#222222\">%s</text>",
                atX(xMax / 2), HEIGHT - 12, xLabel);
        add(
                "<text x=\"16\" y=\"%.1f\" text-anchor=\"middle\" fill=\"#222222\" transform=\"rotate(-90 16 "
                        + "%.1f)\">seconds</text>",
                atY(yMax / 2), atY(yMax / 2));
    }

    private void line(String name, List<Point> points, String colour, List<Double> labels) {
        StringBuilder path = new StringBuilder();
        for (Point point : points) {
            path.append(String.format(
                    Locale.ROOT, "%s%.1f,%.1f", path.isEmpty() ? "" : " ", atX(point.x()), atY(point.median())));
            add(
                    "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>",
                    atX(point.x()), atX(point.x()), atY(point.smallest()), atY(point.largest()), colour);
            add("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>", atX(point.x()), atY(point.median()), colour);
        }
        add("<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>", path, colour);
        double label = atY(points.get(points.size() - 1).median()) + 4;
        while (taken(labels, label)) {
            label -= 1;
        }
        labels.add(label);
        add(
                "<text x=\"%.1f\" y=\"%.1f\" fill=\"%s\">%s</text>",
                atX(points.get(points.size() - 1).x()) + 8, label, colour, name);
    }

    private static boolean taken(List<Double> labels, double label) {
        return labels.stream().anyMatch(other -> Math.abs(other - label) < 14);
    }

    private double atX(double x) {
        return LEFT + x / xMax * (WIDTH - LEFT - RIGHT);
    }

    private double atY(double y) {
        return HEIGHT - BOTTOM - y / yMax * (HEIGHT - TOP - BOTTOM);
    }

    private static String number(double value) {
        return value == Math.rint(value)
                ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, "%.3f", value).replaceAll("0+$", "");
    }

    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}

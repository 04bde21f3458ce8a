/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdbool.h>

#include "bench/harness/report/html.h"

#define WIDTH  720.0
#define HEIGHT 300.0
#define LEFT   70.0
#define BELOW  40.0
#define TOP    28.0
#define RIGHT  20.0

struct axis {
        double low;
        double high;
        bool log;
        double from; /* pixels */
        double to;
};

static bool shown(const struct axis *a, double v)
{
        return isfinite(v) && (!a->log || v > 0);
}

static double at(const struct axis *a, double v)
{
        double low = a->log ? log10(a->low) : a->low, high = a->log ? log10(a->high) : a->high;
        double share = ((a->log ? log10(v) : v) - low) / (high - low);

        return a->from + share * (a->to - a->from);
}

static void range(struct axis *a, const double *v, size_t cnt)
{
        a->low = INFINITY;
        a->high = -INFINITY;
        for (size_t i = 0; i < cnt; i++) {
                if (!shown(a, v[i]))
                        continue;
                a->low = fmin(a->low, v[i]);
                a->high = fmax(a->high, v[i]);
        }
        if (a->log) {
                a->low = pow(10.0, floor(log10(a->low)));
                a->high = pow(10.0, ceil(log10(a->high)));
        } else if (a->low > 0) {
                a->low = 0;
        }
        if (!(a->high > a->low))
                a->high = a->low + (a->log ? a->low * 9.0 : 1.0);
}

static void tick_x(FILE *to, const struct axis *x, double v, const char *word)
{
        fprintf(to, "<line x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f' class='g'/>", at(x, v), TOP,
                at(x, v), HEIGHT - BELOW);
        fprintf(to, "<text x='%.1f' y='%.1f' text-anchor='middle'>", at(x, v), HEIGHT - BELOW + 15);
        if (word != NULL)
                sb_html_text(to, word);
        else
                fprintf(to, "%.4g", v);
        fputs("</text>\n", to);
}

static void tick_y(FILE *to, const struct axis *y, double v)
{
        fprintf(to,
                "<line x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f' class='g'/>"
                "<text x='%.1f' y='%.1f' text-anchor='end'>%.4g</text>\n",
                LEFT, at(y, v), WIDTH - RIGHT, at(y, v), LEFT - 6, at(y, v) + 4, v);
}

static void ticks(FILE *to, const struct sb_plot *p, const struct axis *x, const struct axis *y)
{
        size_t n = 0;

        if (x->log)
                for (double v = x->low; v <= x->high * 1.001; v *= 10, n++)
                        tick_x(to, x, v, n < 8 ? p->x_words[n] : NULL);
        else
                for (int i = 0; i <= 5; i++)
                        tick_x(to, x, x->low + (x->high - x->low) * i / 5, NULL);
        if (y->log)
                for (double v = y->low; v <= y->high * 1.001; v *= 10)
                        tick_y(to, y, v);
        else
                for (int i = 0; i <= 5; i++)
                        tick_y(to, y, y->low + (y->high - y->low) * i / 5);
}

void sb_plot_write(FILE *to, const struct sb_plot *p)
{
        struct axis x = {.log = p->x_log, .from = LEFT, .to = WIDTH - RIGHT};
        struct axis y = {.log = p->y_log, .from = HEIGHT - BELOW, .to = TOP};
        size_t drawn = 0;

        for (size_t i = 0; i < p->cnt; i++)
                drawn += shown(&x, p->x[i]) && shown(&y, p->y[i]);
        if (drawn < 2)
                return;
        range(&x, p->x, p->cnt);
        range(&y, p->y, p->cnt);
        fprintf(to, "<svg viewBox='0 0 %.0f %.0f' role='img'><title>", WIDTH, HEIGHT);
        sb_html_text(to, p->title);
        fprintf(to, "</title><text x='%.0f' y='16' class='t'>", LEFT);
        sb_html_text(to, p->title);
        fputs("</text>\n", to);
        ticks(to, p, &x, &y);
        fprintf(to, "<text x='%.1f' y='%.1f' text-anchor='middle'>", (LEFT + WIDTH - RIGHT) / 2,
                HEIGHT - 6);
        sb_html_text(to, p->x_name);
        fprintf(to,
                "</text><text x='14' y='%.1f' transform='rotate(-90 14 %.1f)' "
                "text-anchor='middle'>",
                HEIGHT / 2, HEIGHT / 2);
        sb_html_text(to, p->y_name);
        fputs("</text>\n", to);
        if (!p->dots)
                fputs("<polyline class='l' points='", to);
        for (size_t i = 0; i < p->cnt; i++) {
                if (!shown(&x, p->x[i]) || !shown(&y, p->y[i]))
                        continue;
                fprintf(to, p->dots ? "<circle cx='%.1f' cy='%.1f' r='3'/>" : "%.1f,%.1f ",
                        at(&x, p->x[i]), at(&y, p->y[i]));
        }
        fputs(p->dots ? "</svg>\n" : "'/></svg>\n", to);
}
